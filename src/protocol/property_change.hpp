#pragma once

#include "protocol/altered_table.hpp"

#include <string>
#include <vector>

namespace merganser {

//! ALTER TABLE … SET (…). `properties`: names as CanonicalPropertyName spells them. `delta.feature.<name>`,
//! `delta.minReaderVersion` and `delta.minWriterVersion` change the protocol and are not kept. Column mapping can be
//! turned on by name; in-commit timestamps that are turned off lose the properties that say since when they held.
//! Throws UNSUPPORTED and INVALID_INPUT as FinishEdit; INVALID_INPUT for properties that writers keep by themselves and
//! for other changes of the column mapping.
AlteredTable SetProperties(const AlteredFrom &from, const StringMap &properties);

//! ALTER TABLE … RESET (…): takes the properties out, so that their defaults count; those that are not set are passed
//! over. The protocol stays. Throws INVALID_INPUT for those that writers keep by themselves, and for the mode of a
//! mapped table.
AlteredTable ResetProperties(const AlteredFrom &from, const std::vector<std::string> &names);

//! ALTER TABLE … SET SORTED BY: rows of later statements are sorted by the columns; none: not any more. Requires: they
//! are the table's.
AlteredTable SetSortedBy(const AlteredFrom &from, const std::vector<std::string> &columns);

//! ALTER TABLE … SET PARTITIONED BY. Requires: they are columns of the table that can partition it, and the table has
//! no files: where a file stands and what it holds depends on them.
AlteredTable SetPartitionedBy(const AlteredFrom &from, std::vector<std::string> columns);

} // namespace merganser
