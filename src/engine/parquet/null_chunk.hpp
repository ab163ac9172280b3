#pragma once

#include "engine/parquet/parquet_source.hpp"
#include "engine/parquet/schema_leaves.hpp"

#include <cstdint>

namespace merganser {

//! The chunk of a leaf that is NULL in every row, because an element above it is: of those that may be, the first
//! `defined` are there. Requires: defined < definition_max; at least one row; the codec is known (IsKnownCodec).
ChunkPiece NullChunk(const SchemaLeaf &leaf, uint32_t defined, uint64_t row_count,
                     duckdb_parquet::CompressionCodec::type codec);

} // namespace merganser
