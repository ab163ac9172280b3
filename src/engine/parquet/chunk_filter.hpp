#pragma once

#include "engine/parquet/chunk_writer.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "engine/parquet/row_runs.hpp"
#include "parquet_types.h"

#include <string_view>

namespace merganser {

//! True when FilterChunk can take rows out of the chunk: of a top-level leaf that is not repeated, in known codecs and
//! encodings (PLAIN, dictionaries, RLE of booleans).
bool CanFilter(const duckdb_parquet::SchemaElement &element, const duckdb_parquet::ColumnMetaData &chunk);

//! The same of a column's chunks in every row group.
bool CanFilter(const ParquetSource &file, const ParquetColumn &column);

//! The chunk with only these rows. Pages without a lost row are copied as they are; in the others the encoded values
//! are moved together, and dictionaries stay as they are. Throws CORRUPT where a page is not what it says. Requires:
//! CanFilter; one row at least is kept. Thread-safe.
PageChunk FilterChunk(const duckdb_parquet::SchemaElement &element, const duckdb_parquet::ColumnChunk &chunk,
                      std::string_view bytes, const RowRuns &kept);

//! The statistics of the chunk's values, whatever its footer says. Requires and throws: as FilterChunk.
duckdb_parquet::Statistics StatisticsOfValues(const duckdb_parquet::SchemaElement &element,
                                              const duckdb_parquet::ColumnChunk &chunk, std::string_view bytes);

} // namespace merganser
