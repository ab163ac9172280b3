#pragma once

#include "base/random.hpp"
#include "sim_stage.hpp"
#include "txn/commit_loop.hpp"

namespace merganser {

//! What every simulated client does with the log: looks at it, commits to it and writes checkpoints, and bears a store
//! that fails. Remembers the version that it saw last, as the snapshot cache does. Runs on the thread that the
//! scheduler gives it.
class LogClient {
public:
	//! `read_tries_max`: times that an unreliable read is tried. Requires: all outlive the client.
	LogClient(SimStage &stage, Random &random, int read_tries_max);

	//! The newest version; nullptr when the store fails again and again. Throws NOT_FOUND where there is no table.
	SnapshotPtr Look();
	//! The next look starts cold.
	void Forget();
	CommitResult Commit(const CommitRequest &request);
	//! Of what Look returned, or some commits before it once more as one file; a store that fails costs only that.
	void Checkpoint(const SnapshotPtr &snapshot);

private:
	LogContext Log();

	SimStage &stage;
	Random &random;
	const int read_tries_max;
	SnapshotPtr known;
};

} // namespace merganser
