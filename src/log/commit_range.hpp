#pragma once

#include "base/cancel_token.hpp"
#include "log/table_location.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace merganser {

struct RangedCommit {
	int64_t version = 0;
	//! As in HistoryEntry.
	int64_t timestamp_ms = 0;
	std::vector<Action> actions;
};

//! Versions, both included.
struct VersionRange {
	int64_t first = 0;
	int64_t last = 0;
};

//! Reads the commits of the versions one after the other. Throws NOT_FOUND naming the oldest commit that is left when
//! one was cleaned up, CORRUPT.
void ReadCommits(const TableLocation &location, VersionRange range, const CancelToken &cancel,
                 const std::function<void(RangedCommit &&commit)> &visit);

} // namespace merganser
