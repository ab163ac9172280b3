#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"

namespace merganser {

//! After a commit, whose version `newest` is: writes a checkpoint where one is due, and then cleans up the log, once a
//! day; or some commits once more as one file, where that is due. Never fails: the version is durable, and a later
//! commit tries again.
void KeepUp(duckdb::ClientContext &context, const Snapshot &newest) noexcept;

//! Setting `merganser_checkpoint_part_size`: files and removed files in one sidecar of a V2 checkpoint at most, from 1
//! on.
void RegisterCheckpointPartSize(duckdb::DatabaseInstance &db);

} // namespace merganser
