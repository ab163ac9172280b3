#pragma once

#include "log/snapshot.hpp"
#include "maintain/kept_files.hpp"

#include <cstdint>

namespace merganser {

//! What any version may need that was the newest one at `cutoff_ms` or later: the files of `snapshot`, the newest one;
//! those that the tombstones of its log remember; and all that the commits after the cutoff name, as a checkpoint may
//! have forgotten tombstones and any writer's clock may be wrong. Throws what reading the log throws.
KeptFiles ReadKeptFiles(const Snapshot &snapshot, LogContext context, int64_t cutoff_ms);

} // namespace merganser
