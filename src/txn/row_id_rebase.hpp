#pragma once

#include "log/snapshot.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The domain in which a table with row tracking keeps the highest row id that was given out. Concurrent commits both
//! write it by design: it is merged (RebaseRowIds), never a conflict.
bool IsRowTracking(const DomainMetadata &domain);

//! PROTOCOL.md, "Row Tracking": fresh row ids lie above the high-water mark of the version before. The ids in `actions`
//! were given out on top of `base`; when other commits stand between it and `previous`, the new files' ids and the mark
//! move up by what those gave out, and files that are new get the version of this commit. Does nothing to a commit
//! without the domain. Throws CORRUPT for a mark that cannot be read.
void RebaseRowIds(const Snapshot *base, const Snapshot *previous, int64_t version, std::vector<Action> &actions);

} // namespace merganser
