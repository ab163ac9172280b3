#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_expression.hpp"
#include "protocol/sql_expression.hpp"

namespace merganser {

enum class ExpressionUse {
	//! DuckDB's own functions, whatever macros the user has, and an error where Spark raises one and DuckDB does not.
	EVALUATE,
	//! What a person would write.
	SHOW
};

//! A resolved expression for DuckDB's binder; columns by their logical names.
duckdb::unique_ptr<duckdb::ParsedExpression> ToDuckDBExpression(const SqlExpression &resolved, ExpressionUse use);

} // namespace merganser
