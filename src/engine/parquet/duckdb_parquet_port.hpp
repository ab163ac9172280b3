#pragma once

#include "duckdb.hpp"
#include "log/parquet_port.hpp"

#include <memory>

namespace merganser {

//! ParquetPort on DuckDB's Parquet reader and writer. Parallel on the instance's task scheduler; memory is counted by
//! memory_limit. Works from every hook (attach, lookup, bind, execution); holds only a weak reference to the instance.
std::unique_ptr<ParquetPort> MakeDuckDBParquetPort(duckdb::DatabaseInstance &db);

} // namespace merganser
