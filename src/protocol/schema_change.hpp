#pragma once

#include "protocol/altered_table.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace merganser {

//! The edits of ALTER TABLE that change columns. A path goes from a column through fields of structs; `element`, `key`
//! and `value` step into arrays and maps, as in Spark. Names are matched without regard to case. All of them throw
//! NOT_FOUND naming the part of a path that is not there, INVALID_INPUT for one that is no field of a struct, and what
//! FinishEdit throws.

//! ALTER TABLE … ADD COLUMN: the last column, or the last field of the struct at `parent`; rows of existing files have
//! NULL. Throws ALREADY_EXISTS. Requires: `field` is nullable.
AlteredTable AddField(const AlteredFrom &from, const ColumnPath &parent, StructField field);

//! ALTER TABLE … DROP COLUMN: values stay in the files and are not read any more; column mapping is turned on, so that
//! a later column of that name does not find them. Throws INVALID_INPUT for a partition, clustering or sort column, for
//! the last column of the data files, the last field of a struct, and for what a constraint or a generated column uses.
AlteredTable DropField(const AlteredFrom &from, const ColumnPath &path);

//! ALTER TABLE … RENAME COLUMN: column mapping is turned on, the files keep the old name as the physical one.
//! Partition columns, and properties that name columns, follow. Throws ALREADY_EXISTS; INVALID_INPUT for what a
//! constraint or a generated column uses.
AlteredTable RenameField(const AlteredFrom &from, const ColumnPath &path, const std::string &new_name);

//! ALTER TABLE … SET / DROP NOT NULL. Requires: no row has a NULL there when `nullable` is false.
AlteredTable SetNullable(const AlteredFrom &from, const ColumnPath &path, bool nullable);

//! ALTER COLUMN SET DEFAULT and DROP DEFAULT. `text`: in Spark's dialect; none: no default.
AlteredTable SetDefault(const AlteredFrom &from, const ColumnPath &path, const std::optional<std::string> &text);

//! ALTER TABLE … ALTER COLUMN … TYPE, for changes that keep every value as it is: the types that PROTOCOL.md, "Type
//! Widening" lists, at any depth. Turns type widening on. Throws UNSUPPORTED for other changes, and where the table
//! says `delta.enableTypeWidening` = false.
AlteredTable ChangeFieldType(const AlteredFrom &from, const ColumnPath &path, const DataTypePtr &type);

//! The field at a path.
StructField FieldAt(const TableConfiguration &table, const ColumnPath &path);

using FieldListEditor = std::function<void(std::vector<StructField> &fields)>;
//! A copy of the schema's fields in which `edit` has changed the fields of the struct at `parent` (empty: the columns).
std::vector<StructField> EditFieldsAt(const TableConfiguration &table, const std::vector<StructField> &fields,
                                      const ColumnPath &parent, const FieldListEditor &edit);

} // namespace merganser
