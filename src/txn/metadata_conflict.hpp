#pragma once

#include "protocol/table_configuration.hpp"

#include <optional>
#include <string>

namespace merganser {

//! Why a transaction that started under `base` and changes neither protocol nor metadata may not be committed after a
//! concurrent change to `changed`; nullopt when it may: nothing changed that the transaction's files, its statistics or
//! what it read depend on. What the new version asks of a commit (an in-commit timestamp) is known only when it is
//! assembled, and is given to it there. Throws CORRUPT for a schema that cannot be parsed.
std::optional<std::string> MetadataConflict(const TableConfiguration &base, const Metadata &changed);

//! True when every column of `before` is called in data files and statistics as it is in `after`: a file that was
//! written for the one is one of the other. A winner's protocol alone can change that, where a schema holds mappings
//! that did not count before.
bool SamePhysicalNames(const TableConfiguration &before, const TableConfiguration &after);

} // namespace merganser
