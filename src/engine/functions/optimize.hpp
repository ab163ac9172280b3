#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `CALL merganser_optimize('lake.s.t', "where" => …, cluster_by => […], target_file_size => …, purge => …)`: writes
//! small files together, and those with many deleted rows without them; with `cluster_by` along a curve. One row of
//! counts.
duckdb::TableFunction MakeOptimize();

} // namespace merganser
