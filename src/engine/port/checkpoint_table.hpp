#pragma once

#include "duckdb.hpp"
#include "log/parquet_port.hpp"

#include <string>

namespace merganser {

//! Columns of a classic checkpoint (PROTOCOL.md, "Checkpoint Schema") in Spark's order.
duckdb::vector<std::string> CheckpointColumnNames();
duckdb::vector<duckdb::LogicalType> CheckpointColumnTypes();

//! Fills `chunk` (of these columns) with rows [begin, end) and returns how many. Texts of add rows are not copied: they
//! must live as long as the chunk is used. Requires: at most STANDARD_VECTOR_SIZE rows.
void FillCheckpointChunk(const CheckpointRows &rows, uint32_t begin, uint32_t end, duckdb::DataChunk &chunk);

} // namespace merganser
