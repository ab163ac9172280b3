#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/planner/logical_operator.hpp"

namespace merganser {

//! Marks a table function that changes a lake when it is executed (TableFunction::function_info): CALL commits like a
//! statement that changes rows.
struct ChangingFunctionInfo : public duckdb::TableFunctionInfo {};

//! The lake that a statement of INSERT, UPDATE, DELETE, MERGE or CREATE TABLE AS commits to as its last step, nullptr
//! for other plans. What a function changes is not meant.
duckdb::optional_ptr<duckdb::Catalog> CommittedLake(const duckdb::LogicalOperator &plan);

//! Makes every statement that changes rows of a lake commit as the last step of its own plan, so that a statement
//! outside of BEGIN … COMMIT that loses to another writer can be run again before its client sees a result. Inside of
//! a transaction the step does nothing. Works in every client: it is a hook behind the binder.
void RegisterStatementCommit(duckdb::DatabaseInstance &db);

} // namespace merganser
