#pragma once

#include "txn/table_change.hpp"
#include "upkeep/table_check.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The change that takes the files out of the log that are gone, so that queries find those that are left. Empty where
//! none is. `problems`: of the snapshot. Throws what loading statistics throws.
TableChange MakeRepairChange(const Snapshot &snapshot, const std::vector<TableProblem> &problems, int64_t now_ms);

} // namespace merganser
