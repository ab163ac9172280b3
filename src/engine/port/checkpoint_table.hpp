#pragma once

#include "duckdb.hpp"
#include "log/parquet_port.hpp"

#include <string>

namespace merganser {

//! Columns of a file of a checkpoint (PROTOCOL.md, "Checkpoint Schema") in Spark's order.
duckdb::vector<std::string> CheckpointColumnNames(CheckpointFileKind kind);
duckdb::vector<duckdb::LogicalType> CheckpointColumnTypes(CheckpointFileKind kind);

//! Fills `chunk` (of these columns) with rows [begin, end). Texts of add rows are not copied: they
//! must live as long as the chunk is used. Requires: at most STANDARD_VECTOR_SIZE rows, and no action that has no
//! column in a file of this kind.
void FillCheckpointChunk(CheckpointFileKind kind, const CheckpointRows &rows, uint32_t begin, uint32_t end,
                         duckdb::DataChunk &chunk);

//! The one column of row groups that hold nothing but plain files, and its type: `add` without what few files have.
extern const char *const PLAIN_ADD_COLUMN;
duckdb::LogicalType PlainAddType();
//! True when all rows are files without such extras.
bool ArePlainAdds(const CheckpointRows &rows);
//! FillCheckpointChunk for a chunk of that column. Requires: ArePlainAdds.
void FillPlainAddChunk(const CheckpointRows &rows, uint32_t begin, uint32_t end, duckdb::DataChunk &chunk);

} // namespace merganser
