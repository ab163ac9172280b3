#pragma once

#include "base/random.hpp"
#include "log/snapshot.hpp"

#include <cstdint>

namespace merganser {

//! How a checkpoint is spread over files.
struct CheckpointLayout {
	//! Files and tombstones of one sidecar at most. A V2 checkpoint with no more of them has no sidecars. Spark's
	//! default.
	uint64_t sidecar_actions_max = 50000;
	//! Names files. Thread-safe.
	Random &random = Random::System();
};

//! Version of the newest checkpoint as far as it is known; -1 without.
int64_t KnownCheckpoint(const Snapshot &snapshot);
//! True when the log's last commit is not the one that the snapshot was read from: another table has its place.
//! `segment`: listed up to the snapshot's version.
bool WasReplaced(const Snapshot &snapshot, const LogSegment &segment);
//! True when delta.checkpointInterval (default 10) commits have come since the last checkpoint.
bool CheckpointIsDue(const Snapshot &snapshot);

//! Writes the checkpoint of the snapshot's version and then `_last_checkpoint`: a V2 one where delta.checkpointPolicy
//! is v2 and the feature is listed (PROTOCOL.md, "V2 Spec"), else a V1 one; each as a classic checkpoint of one file,
//! except that a large V2 one has sidecars, which are written first, and a JSON file that names them, and a V1 one of
//! more files than merganser.checkpointPartSize says has parts of so many (PartWriter). Streams: the
//! previous checkpoint is copied row by row without what later commits superseded, then the commits since; tombstones
//! older than delta.deletedFileRetentionDuration are left out (PROTOCOL.md, "Checkpoints"). Nothing is lost of what
//! the old checkpoint held. Safe against other writers: EXISTS is success.
void WriteCheckpoint(const Snapshot &snapshot, LogContext context, int64_t now_ms, const CheckpointLayout &layout = {});

//! Copies the JSON or Parquet file of a UUID-named V2 checkpoint under the name of a classic one, which clients that do
//! not know V2 checkpoints find: they tell what the table needs instead of missing its log (PROTOCOL.md, "Handling
//! Backward compatibility while moving to UUID-named v2 Checkpoints"). Requires: `checkpoint` is CHECKPOINT_UUID.
void CopyAsClassicCheckpoint(const TableLocation &location, LogContext context, const LogFile &checkpoint);

} // namespace merganser
