#pragma once

#include "log/log_replay.hpp"
#include "log/snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace merganser {

//! The version that a replay led to.
struct SnapshotEnd {
	int64_t version = -1;
	std::optional<LogFile> last_commit;
	int64_t checkpoint_version = -1;
	std::shared_ptr<LogMemo> memo;
};

//! A snapshot with everything of a replay but its files. `older` (may be nullptr) gives what the replay did not name.
//! Throws CORRUPT when protocol or metadata are missing, UNSUPPORTED.
std::shared_ptr<Snapshot> BuildSnapshot(const TableLocation &location, const Snapshot *older, LogReplay &replay,
                                        SnapshotEnd end);

//! `older` plus the commits of the replay.
SnapshotPtr AdvanceBy(const Snapshot &older, LogReplay &replay, SnapshotEnd end);

} // namespace merganser
