#pragma once

#include "protocol/sql_expression.hpp"
#include "protocol/table_configuration.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! Key of the field metadata (PROTOCOL.md, "Default Columns").
constexpr std::string_view COLUMN_DEFAULT_KEY = "CURRENT_DEFAULT";

//! What a column gets where a statement does not name it: resolved, of the column's type; nothing where that is NULL.
//! Throws UNSUPPORTED naming the column for a text that is not understood or does not fit it.
std::optional<SqlExpression> ColumnDefaultOf(const StructField &field);

//! Throws as above, for any column.
void CheckColumnDefaults(const Schema &schema);

} // namespace merganser
