#pragma once

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

} // namespace merganser
