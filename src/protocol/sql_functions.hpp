#pragma once

#include "protocol/sql_expression.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! A call of a function (no operator) whose arguments are resolved, resolved. Throws UNSUPPORTED for a function that is
//! not known, and for arguments that Spark and DuckDB do not take alike.
SqlExpression ResolveFunction(const std::string &name, std::vector<SqlExpression> arguments);

//! The value as `type` where Spark's implicit casts would make it so; nullopt when they, or DuckDB, would not. Texts
//! become dates and timestamps only when they are ISO literals.
std::optional<SqlExpression> TryConvert(SqlExpression resolved, const DataTypePtr &type);

} // namespace merganser
