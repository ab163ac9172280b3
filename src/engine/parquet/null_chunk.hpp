#pragma once

#include "engine/parquet/parquet_source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! A leaf of a schema, with what the levels of its values count.
struct SchemaLeaf {
	std::vector<std::string> path;
	duckdb_parquet::Type::type type;
	//! Elements on the way that may be NULL or are repeated; those that are repeated.
	uint32_t definition_max = 0;
	uint32_t repetition_max = 0;
};

//! In the order of the column chunks. Requires: a schema that is a tree (TopLevelColumns).
std::vector<SchemaLeaf> LeavesOfSchema(const duckdb_parquet::FileMetaData &footer);

//! The chunk of a leaf that is NULL in every row, because an element above it is: of those that may be, the first
//! `defined` are there. Requires: defined < definition_max; at least one row; the codec is known (IsKnownCodec).
ChunkPiece NullChunk(const SchemaLeaf &leaf, uint32_t defined, uint64_t row_count,
                     duckdb_parquet::CompressionCodec::type codec);

} // namespace merganser
