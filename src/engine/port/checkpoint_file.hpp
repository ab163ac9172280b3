#pragma once

#include "duckdb.hpp"
#include "log/parquet_port.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! Writes the rows of the source to a new Parquet file (PROTOCOL.md, "Checkpoint Schema"), with all threads of the
//! instance that are free; each holds a row group in memory. EXISTS when the name is taken. Throws what the source
//! throws, and DuckDB's errors.
PutOutcome WriteCheckpointFile(duckdb::ClientContext &context, const std::string &write_path, CheckpointSource &source,
                               uint64_t &size_bytes);

} // namespace merganser
