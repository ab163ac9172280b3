#pragma once

#include "engine/parquet/chunk_writer.hpp"
#include "parquet_types.h"

#include <string>
#include <vector>

namespace merganser {

//! A column chunk of one of the files that become one.
struct ChunkSource {
	duckdb_parquet::ColumnChunk chunk;
	std::string bytes;
};

//! The chunks as one, in their order, without decoding them to rows: pages of PLAIN values are copied, small ones put
//! together; dictionaries become one, to which indices are changed, and to which values go that stand in several chunks
//! without one, unless it would be large: then all is PLAIN. Statistics are put together, or taken from the values
//! where chunks have none that are exact. Throws CORRUPT where a page is not what it says. Requires: one chunk at
//! least; CanFilter for each; `codec`, of the result, is known. Thread-safe.
PageChunk MergeChunks(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
                      const std::vector<ChunkSource> &sources);

} // namespace merganser
