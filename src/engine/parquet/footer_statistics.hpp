#pragma once

#include "parquet_types.h"
#include "protocol/file_statistics.hpp"
#include "store/object_store.hpp"
#include "upkeep/parquet_folder.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! What the footer of a Parquet file says: its rows, and of each leaf that it has under its physical path the bounds
//! and NULLs of all row groups together, as far as they are there, exact, and of a type that holds the same values.
//! Throws CORRUPT, IO, NOT_FOUND, UNSUPPORTED (encrypted).
FileStatistics ReadFooterStatistics(ObjectStore &store, const std::string &path, uint64_t size_bytes,
                                    const std::vector<LeafColumn> &leaves);
//! The same, and how the file stores its leaves.
ParquetFooterSummary ReadFooterSummary(ObjectStore &store, const std::string &path, uint64_t size_bytes,
                                       const std::vector<LeafColumn> &leaves);

//! The same of a footer that is at hand.
FileStatistics FooterStatistics(const duckdb_parquet::FileMetaData &footer, const std::vector<LeafColumn> &leaves);
//! True when the footer knows the chunk's NULLs and, where it has values, their exact bounds. Never for FLOAT and
//! DOUBLE: Parquet's bounds leave NaN out, which is larger than every number.
bool HasExactBounds(const duckdb_parquet::ColumnMetaData &chunk);

} // namespace merganser
