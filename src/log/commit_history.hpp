#pragma once

#include "log/table_location.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace merganser {

struct HistoryEntry {
	int64_t version = 0;
	//! inCommitTimestamp, else the file's modification time, made monotonic; milliseconds. AT (TIMESTAMP => …) goes by
	//! it. commitInfo.timestamp may be any writer's clock.
	int64_t timestamp_ms = 0;
	//! nullopt when the commit has no commitInfo.
	std::optional<CommitInfo> info;
};

//! Newest first; at most `limit` entries. Commits that were cleaned up are not in it.
std::vector<HistoryEntry> ReadHistory(const TableLocation &location, std::optional<uint64_t> limit = std::nullopt);

} // namespace merganser
