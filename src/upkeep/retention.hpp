#pragma once

#include "log/log_inventory.hpp"
#include "log/snapshot.hpp"

#include <cstdint>

namespace merganser {

//! The newest version that was committed at or before `time_ms`, by in-commit timestamps where the table has them; -1
//! where every version that can still be read is younger.
int64_t NewestVersionAt(const Snapshot &snapshot, LogContext context, const LogInventory &inventory, int64_t time_ms);

} // namespace merganser
