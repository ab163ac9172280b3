#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! Marks a table function that changes a lake when it is executed (TableFunction::function_info): CALL commits like a
//! statement that changes rows.
struct ChangingFunctionInfo : public duckdb::TableFunctionInfo {};

//! Makes every statement that changes rows of a lake commit as the last step of its own plan, so that a statement
//! outside of BEGIN … COMMIT that loses to another writer can be run again before its client sees a result. Inside of
//! a transaction the step does nothing. Works in every client: it is a hook behind the binder.
void RegisterStatementCommit(duckdb::DatabaseInstance &db);

} // namespace merganser
