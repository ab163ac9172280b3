#include "log/checkpoint_writer.hpp"

#include "base/error.hpp"
#include "log/checkpoint_stream.hpp"
#include "log/commit_file.hpp"
#include "log/last_checkpoint.hpp"
#include "log/log_file_name.hpp"

#include <algorithm>

namespace merganser {

namespace {

int64_t KnownCheckpoint(const Snapshot &snapshot) {
	return std::max(snapshot.checkpoint_version, snapshot.memo ? snapshot.memo->NewestCheckpoint() : -1);
}

void RememberCheckpoint(const Snapshot &snapshot) {
	if (snapshot.memo) {
		snapshot.memo->RememberCheckpoint(snapshot.version);
	}
}

//! True when the log's last commit is not the one that the snapshot was read from: another table has its place.
bool WasReplaced(const Snapshot &snapshot, const LogSegment &segment) {
	return snapshot.last_commit && segment.last_commit &&
	       snapshot.last_commit->size_bytes != segment.last_commit->size_bytes;
}

} // namespace

bool CheckpointIsDue(const Snapshot &snapshot) {
	// The first one comes with version 10, not with the tenth commit, as other writers do it.
	return snapshot.version - std::max<int64_t>(KnownCheckpoint(snapshot), 0) >=
	       snapshot.configuration->CheckpointInterval();
}

void WriteCheckpoint(const Snapshot &snapshot, LogContext context, int64_t now_ms) {
	auto &location = snapshot.location;
	const auto segment = ListLogSegment(location, snapshot.version);
	if (segment.checkpoint_version == snapshot.version) {
		RememberCheckpoint(snapshot);
		return;
	}
	if (WasReplaced(snapshot, segment)) {
		return;
	}
	LogReplay replay(true);
	for (auto file = segment.commits.rbegin(); file != segment.commits.rend(); ++file) {
		context.cancel.Check();
		replay.ApplyFile(location, *file);
	}
	CheckpointStream stream(snapshot, context, std::move(replay),
	                        now_ms - DeletedFileRetentionMs(*snapshot.configuration));
	if (!segment.checkpoint.empty()) {
		stream.ReadPrevious(segment.checkpoint);
	}
	uint64_t size_bytes = 0;
	const auto path = ClassicCheckpointPath(location, snapshot.version);
	switch (context.parquet.WriteCheckpoint(*location.store, path, stream, size_bytes)) {
	case PutOutcome::WRITTEN:
		break;
	case PutOutcome::EXISTS:
		// Its writer writes the hint too.
		RememberCheckpoint(snapshot);
		return;
	case PutOutcome::UNKNOWN:
		if (!location.store->Head(path)) {
			throw Error(ErrorKind::IO, "table '" + location.name +
			                               "': the store did not say whether it took the checkpoint " + path +
			                               "; a later commit writes another");
		}
		break;
	}
	RememberCheckpoint(snapshot);
	WriteLastCheckpoint(location, LastCheckpoint {snapshot.version, stream.RowCount(), size_bytes, stream.FileCount()});
}

} // namespace merganser
