#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_expression.hpp"
#include "protocol/sql_expression.hpp"

namespace merganser {

//! What a user wrote, as an expression that means the same in Spark's dialect: resolves against the schema. Throws
//! UNSUPPORTED naming the part that has no such translation.
SqlExpression FromDuckDBExpression(const duckdb::ParsedExpression &expression, const Schema &schema);

} // namespace merganser
