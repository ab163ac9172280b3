#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `CALL merganser_restore('lake.s.t', version => n)` or `(…, "timestamp" => t)`: one commit after which the table
//! holds what it held then. One row of counts, named as Spark's RESTORE names them.
duckdb::TableFunction MakeRestore();

} // namespace merganser
