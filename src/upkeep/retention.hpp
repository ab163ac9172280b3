#pragma once

#include "log/log_inventory.hpp"
#include "log/snapshot.hpp"

#include <cstdint>

namespace merganser {

//! The newest version that was committed at or before `time_ms`, by in-commit timestamps where the table has them; -1
//! where every version that can still be read is younger.
int64_t NewestVersionAt(const Snapshot &snapshot, LogContext context, const LogInventory &inventory, int64_t time_ms);

//! A version that was there at `cutoff_ms` for sure: in a copied log the files' times are late, in a restored one
//! early. What its commit and those before it removed is needed by no version from then on that did not get it back.
int64_t NewestVersionBefore(const Snapshot &snapshot, LogContext context, const LogInventory &inventory,
                            int64_t cutoff_ms);

} // namespace merganser
