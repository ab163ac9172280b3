#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `merganser_convert(folder)`: makes a folder of Parquet files, with Hive partitions or without, a Delta table in
//! place. No file is written but the log's first version. One row: `version`, `num_files`, `size_in_bytes`,
//! `partition_columns`.
duckdb::TableFunction MakeConvert();

} // namespace merganser
