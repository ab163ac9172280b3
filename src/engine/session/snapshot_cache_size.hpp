#pragma once

#include "duckdb.hpp"

#include <cstdint>

namespace merganser {

//! Bytes that snapshots of tables may take in the memory of one database instance unless the setting says otherwise: a
//! quarter of its memory limit, 2 GiB at most.
uint64_t DefaultSnapshotCacheBytes(duckdb::DatabaseInstance &db);

//! Setting `merganser_snapshot_cache_size`: as memory_limit is written ('500MB'), for the whole instance; '0B': every
//! statement reads the log anew; empty: the default.
void RegisterSnapshotCacheSize(duckdb::DatabaseInstance &db);

} // namespace merganser
