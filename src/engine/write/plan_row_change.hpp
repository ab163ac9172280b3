#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/planner/operator/logical_delete.hpp"
#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "duckdb/planner/operator/logical_update.hpp"
#include "engine/write/changed_table.hpp"

namespace merganser {

//! Plans of UPDATE, DELETE (TRUNCATE) and MERGE: one operator above the rows that DuckDB found. Only row ids and new
//! values arrive; other columns of a row are read when it is known to change. No side effect: EXPLAIN plans too.
duckdb::PhysicalOperator &PlanLakeUpdate(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                         const ChangedTable &table, duckdb::LogicalUpdate &op,
                                         duckdb::PhysicalOperator &child);
duckdb::PhysicalOperator &PlanLakeDelete(duckdb::PhysicalPlanGenerator &planner, const ChangedTable &table,
                                         duckdb::LogicalDelete &op, duckdb::PhysicalOperator &child);
duckdb::PhysicalOperator &PlanLakeMerge(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                        const ChangedTable &table, duckdb::LogicalMergeInto &op,
                                        duckdb::PhysicalOperator &child);

} // namespace merganser
