#include "log_client.hpp"

#include "base/error.hpp"
#include "log/checkpoint_writer.hpp"

namespace merganser {

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
	try {
		if (snapshot) {
			WriteCheckpoint(*snapshot, Log(), stage.clock.NowMs());
		}
	} catch (const Error &error) {
		if (error.kind != ErrorKind::IO) {
			throw;
		}
	}
}

} // namespace merganser
