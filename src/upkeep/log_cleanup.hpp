#pragma once

#include "log/snapshot.hpp"

#include <cstdint>

namespace merganser {

//! A switch over it has no default.
enum class LogCleanupOutcome {
	//! Nothing is left to delete before the cutoff moves on.
	DONE,
	//! There is more to delete than is deleted at once.
	UNFINISHED,
	//! Somebody is using the table's lock. Try again later.
	BUSY
};

struct LogCleanupResult {
	LogCleanupOutcome outcome = LogCleanupOutcome::DONE;
	uint64_t deleted_files = 0;
};

//! Deletes the commits, checkpoints and other files of the log that the table's properties let go, and sidecars that no
//! checkpoint names (PROTOCOL.md, "Metadata Cleanup"). Requires: `snapshot` is the newest version. Throws what the
//! store and reading the kept checkpoint throw: then, too, what is left is a whole log.
LogCleanupResult CleanUpLog(const Snapshot &snapshot, LogContext context, int64_t now_ms);

} // namespace merganser
