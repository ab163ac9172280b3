#pragma once

#include "duckdb.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "engine/write/leaf_bounds.hpp"
#include "engine/write/row_slice.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <vector>

namespace merganser {

//! True for columns that are encoded here: texts, booleans, numbers of at most 8 bytes, days and timestamps. Others are
//! left to DuckDB's writer.
bool IsEncodedHere(const duckdb::LogicalType &type);

struct EncodedLeaf {
	ChunkPiece piece;
	LeafBounds bounds;
};

//! The column chunk of one column of the slices. `element`: of the file's schema. Requires: IsEncodedHere; a codec of
//! KnownCodec; at least one row.
EncodedLeaf EncodeLeaf(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
                       const std::vector<RowSlice> &slices, size_t column);

} // namespace merganser
