#pragma once

#include "log/log_listing.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace merganser {

//! All actions of a commit, compacted or JSON checkpoint file. Throws NOT_FOUND, CORRUPT (also for an empty file: no
//! writer that keeps to the protocol leaves one).
std::vector<Action> ReadLogFile(const TableLocation &location, const LogFile &file);

//! The commitInfo of a commit file; reads no more than its beginning where that is enough. nullopt when the commit has
//! none. Throws NOT_FOUND, CORRUPT.
std::optional<CommitInfo> ReadCommitInfo(const TableLocation &location, const LogFile &commit);

} // namespace merganser
