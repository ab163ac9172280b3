#pragma once

#include "duckdb.hpp"
#include "duckdb/common/case_insensitive_map.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/query_node.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"

#include <functional>
#include <string>

namespace merganser {

//! Names of the WITH clauses that can be seen from a place in a query.
using CteNames = duckdb::case_insensitive_set_t;

//! Visits every table and column name of a parsed query, sub-queries in every place included; unlike DuckDB's own
//! iterators it knows which WITH names a table name may mean. Callbacks that are not set are not called; they may
//! change what they get.
class QueryWalk {
public:
	std::function<void(duckdb::BaseTableRef &table, const CteNames &ctes)> on_table;
	std::function<void(duckdb::ColumnRefExpression &column)> on_column;
	std::function<void(const std::string &alias)> on_alias;

	void VisitNode(duckdb::QueryNode &node, CteNames ctes);

private:
	void VisitExpression(duckdb::unique_ptr<duckdb::ParsedExpression> &expression, const CteNames &ctes);
	void VisitExpressions(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> &expressions,
	                      const CteNames &ctes);
	void VisitTable(duckdb::TableRef &table, const CteNames &ctes);
};

} // namespace merganser
