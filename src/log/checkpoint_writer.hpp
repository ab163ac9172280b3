#pragma once

#include "log/snapshot.hpp"

#include <cstdint>

namespace merganser {

//! True when delta.checkpointInterval (default 10) commits have come since the last checkpoint.
bool CheckpointIsDue(const Snapshot &snapshot);

//! Writes the classic checkpoint of the snapshot's version and then `_last_checkpoint`. Streams: the previous
//! checkpoint is copied row by row without what later commits superseded, then the commits since; tombstones older than
//! delta.deletedFileRetentionDuration are left out (PROTOCOL.md, "Checkpoints"). Nothing is lost of what the old
//! checkpoint held. Safe against other writers: EXISTS is success.
void WriteCheckpoint(const Snapshot &snapshot, LogContext context, int64_t now_ms);

} // namespace merganser
