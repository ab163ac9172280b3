#pragma once

#include "log/log_inventory.hpp"
#include "log/snapshot.hpp"
#include "maintain/vacuum_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! How far commits have been read: all before `version`, and of its own so many of the files that it says are gone.
struct RemovedFilesPosition {
	int64_t version = 0;
	uint64_t file = 0;
};

//! Requires: the log has the commits.
struct RemovedFilesRange {
	RemovedFilesPosition begin;
	//! The last commit that is read.
	int64_t last = -1;
	//! The plan takes no more files.
	uint64_t files_max = UINT64_MAX;
};

//! Files that a version had and a later one has not: what the commits of the range name in `remove` and `cdc`, deletion
//! vectors too. Absolute paths, and those that are no plain way into the table's folder, are none. Not thread-safe.
class RemovedFiles {
public:
	RemovedFiles(const TableLocation &location_p, LogContext context_p, const LogInventory &inventory_p,
	             const RemovedFilesRange &range_p);

	//! Past the commits that name none. False where no other is left. Throws what reading a commit throws.
	bool SkipEmptyCommits();
	//! Shows the files to the plan as a walk through the folder would, with a call or two for each: what is gone, a
	//! link, behind a link, or in the folder of another table is not shown. Throws as above, and what the store throws.
	void Show(VacuumPlan &plan);

	//! Where to go on; behind the last commit when all was shown.
	RemovedFilesPosition Next() const {
		return next;
	}

private:
	std::vector<std::string> ReadPaths() const;

	const TableLocation &location;
	const LogContext context;
	const LogInventory &inventory;
	const RemovedFilesRange range;
	RemovedFilesPosition next;
};

} // namespace merganser
