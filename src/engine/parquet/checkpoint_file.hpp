#pragma once

#include "duckdb.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "log/parquet_port.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! Writes the rows of the source to a new Parquet file (PROTOCOL.md, "Checkpoint Schema"), with all threads of the
//! instance that are free, each of which holds a row group in memory; then the row groups that it keeps, as bytes.
//! EXISTS when the name is taken. Throws what the source throws, and DuckDB's errors.
PutOutcome WriteCheckpointFile(duckdb::ClientContext &context, ObjectStore &store, const std::string &path,
                               CheckpointSource &source, uint64_t &size_bytes);

//! Reads the footer. Throws NOT_FOUND, CORRUPT.
ParquetSource OpenCheckpointFile(ObjectStore &store, const std::string &path);
//! ParquetPort::FindKeepable.
std::vector<RowGroupRange> FindKeepableRowGroups(duckdb::ClientContext &context, const ParquetSource &file,
                                                 CheckpointFileKind kind);
//! A file with the other row groups of that one, in the same order.
void WriteOtherRowGroups(const ParquetSource &file, const KeptRowGroups &left_out, ObjectStore &target,
                         const std::string &path);

} // namespace merganser
