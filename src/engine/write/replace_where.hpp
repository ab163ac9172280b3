#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "engine/write/row_change_plan.hpp"

#include <memory>
#include <string>

namespace merganser {

//! INSERT … REPLACE WHERE in DuckDB's plan: a merge of rows that are all new or all go. What arrives is a UNION ALL of
//! the new rows, whose row id is NULL, and of the row ids of those that the condition is true for.
class LogicalReplaceWhere : public duckdb::LogicalMergeInto {
public:
	LogicalReplaceWhere(duckdb::TableCatalogEntry &table, ReplacedRows replaced_p)
	    : LogicalMergeInto(table), replaced(std::move(replaced_p)) {
	}

	ReplacedRows replaced;
};

//! Makes `plan` that of the statement. Returns what the operator reads: `child`, or only the new rows where the log
//! tells that every row of the files with a match goes, so that no file has to be opened.
duckdb::PhysicalOperator &PlanReplacedRows(duckdb::ClientContext &context, LogicalReplaceWhere &op, RowChangePlan &plan,
                                           duckdb::PhysicalOperator &child);

} // namespace merganser
