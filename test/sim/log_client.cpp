#include "log_client.hpp"

#include "base/error.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/log_compaction.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! One of so many.
constexpr uint64_t COMPACTION_ODDS = 3;
constexpr uint64_t COMPACTED_COMMITS_MAX = 8;

} // namespace

LogClient::LogClient(SimStage &stage_p, Random &random_p, int read_tries_max_p)
    : stage(stage_p), random(random_p), read_tries_max(read_tries_max_p) {
}

LogContext LogClient::Log() {
	return LogContext {stage.parquet};
}

SnapshotPtr LogClient::Look() {
	for (int i = 0; i < read_tries_max; i++) {
		try {
			known = known ? RefreshSnapshot(known, Log()) : LoadSnapshot(stage.location, Log());
			return known;
		} catch (const Error &error) {
			if (error.kind != ErrorKind::IO) {
				throw;
			}
		}
	}
	return nullptr;
}

void LogClient::Forget() {
	known = nullptr;
}

CommitResult LogClient::Commit(const CommitRequest &request) {
	auto result = CommitChange(request, CommitEnvironment {Log(), stage.clock, random});
	if (result.snapshot) {
		known = result.snapshot;
	}
	return result;
}

void LogClient::Checkpoint(const SnapshotPtr &snapshot) {
	if (!snapshot) {
		return;
	}
	const bool compacts = snapshot->version >= 2 && random.Below(COMPACTION_ODDS) == 0;
	try {
		if (compacts) {
			const auto last = snapshot->version - 1;
			const auto count = 2 + int64_t(random.Below(COMPACTED_COMMITS_MAX - 1));
			WriteCompactedCommits(*snapshot, Log(), {std::max<int64_t>(0, last + 1 - count), last});
		} else {
			WriteCheckpoint(*snapshot, Log(), stage.clock.NowMs());
		}
	} catch (const Error &error) {
		// A commit of the range may have been cleaned up.
		if (error.kind != ErrorKind::IO && !(compacts && error.kind == ErrorKind::NOT_FOUND)) {
			throw;
		}
	}
}

} // namespace merganser
