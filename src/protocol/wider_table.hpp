#pragma once

#include "protocol/table_configuration.hpp"

#include <string_view>
#include <vector>

namespace merganser {

//! Behind the columns of a table, files and scans may have others that no schema names: those of the change data feed
//! and of row tracking. Not mapped, under any column mapping: its name is its physical name, and it has no id.
StructField UnmappedField(std::string_view name, TypeKind kind);

//! The table with such columns behind its own, which keep their places. Some of them may partition it. For reading and
//! writing files only: no commit has such a schema.
TableConfigurationPtr WithFields(const TableConfiguration &table, const std::vector<StructField> &fields,
                                 const std::vector<std::string_view> &partition_columns = {});

} // namespace merganser
