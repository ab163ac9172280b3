#pragma once

#include "protocol/altered_table.hpp"

namespace merganser {

//! PROTOCOL.md, "Type Widening": the changes that a writer may make. Requires: neither is nested.
bool IsWidening(const DataType &from, const DataType &to);

//! The field with the type, each primitive change noted in `delta.typeChanges` of the nearest struct field; what `type`
//! does not say (nullability, metadata, comments) stays. Throws UNSUPPORTED naming field, types and what can be done
//! instead, also for a partition column whose values would be written differently.
StructField WidenField(const TableConfiguration &table, const ColumnPath &path, const StructField &field,
                       const DataTypePtr &type);

//! True when the table says `delta.enableTypeWidening`.
bool TypeWideningEnabled(const TableConfiguration &table);

//! Property and feature, where the table has them not. Throws UNSUPPORTED where `delta.enableTypeWidening` is false.
void TurnTypeWideningOn(const TableConfiguration &table, TableEdit &edit);

} // namespace merganser
