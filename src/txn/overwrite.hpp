#pragma once

#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <cstdint>

namespace merganser {

//! The remove action of a live file, with the metadata that the protocol wants in it (PROTOCOL.md, "Add File and Remove
//! File").
RemoveFile RemovalOf(AddFile added, int64_t now_ms);

//! Adds the removal of every live file of the snapshot to the change.
void RemoveAllFiles(const Snapshot &snapshot, int64_t now_ms, TableChange &change);

//! Adds the removal of every domain metadata but row tracking's to the change: what it says of the old table (its
//! clustering columns) is not true of the one that replaces it.
void RemoveAllDomains(const Snapshot &snapshot, TableChange &change);

} // namespace merganser
