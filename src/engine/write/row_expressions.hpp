#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/expression.hpp"
#include "protocol/sql_expression.hpp"

#include <cstddef>
#include <vector>

namespace merganser {

//! Binds a resolved expression to rows that have these of the schema's fields, in this order: columns become
//! BoundReferenceExpressions. The result is of the expression's type.
duckdb::unique_ptr<duckdb::Expression> BindToRows(duckdb::ClientContext &context, const SqlExpression &resolved,
                                                  const Schema &schema, const std::vector<size_t> &fields);

} // namespace merganser
