#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `merganser_check(table, footers => true)`: what is wrong with the table as the statement sees it, a row each.
//! Columns `problem`, `path`, `detail`; none where all is well. Changes nothing.
duckdb::TableFunction MakeTableCheck();

} // namespace merganser
