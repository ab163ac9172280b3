#pragma once

#include "maintain/vacuum_plan.hpp"
#include "txn/commit_loop.hpp"
#include "upkeep/removed_files.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace merganser {

//! FULL: whatever a walk through the table's folder finds. LITE: the files that commits say were removed, of those that
//! no VACUUM has looked at yet; no walk.
enum class VacuumKind { FULL, LITE };

struct VacuumRequest {
	//! The newest version.
	SnapshotPtr snapshot;
	//! nullopt: what the table says.
	std::optional<int64_t> retention_ms;
	//! Refuse a retention that is shorter than the table's.
	bool checks_retention = true;
	//! `Merganser/0.1.0`.
	std::string engine_info;
	VacuumKind kind = VacuumKind::FULL;
	//! Nobody has called it; the history says so.
	bool is_automatic = false;
	//! LITE: no more files are deleted.
	uint64_t files_max = UINT64_MAX;
	//! LITE: where an earlier one with that limit has ended, `VacuumResult::next`.
	std::optional<RemovedFilesPosition> begin {};
};

//! Calls its second argument once for each number below the first, by one thread or several, and waits.
using ForEachNumber = std::function<void(size_t, const std::function<void(size_t)> &)>;

struct VacuumResult {
	uint64_t deleted_files = 0;
	uint64_t deleted_bytes = 0;
	uint64_t deleted_folders = 0;
	//! The newest version after it.
	SnapshotPtr newest;
	//! LITE: where to go on, and whether there is more.
	RemovedFilesPosition next;
	bool is_complete = true;
};

//! What RunVacuum would delete. Throws UNSUPPORTED for a table that we may not write (a feature that is not known here
//! may keep files in other ways; PROTOCOL.md, "Vacuum Protocol Check"), INVALID_INPUT for a retention that is negative
//! or too short and for LITE where commits that it needs were cleaned up, and what reading the log throws: then nothing
//! may be deleted.
VacuumPlan PlanVacuum(const VacuumRequest &request, CommitEnvironment environment);

//! VACUUM: plans and deletes, between a commit VACUUM START and one VACUUM END; neither where there is nothing to
//! delete. Then it notes in `_last_vacuum_info` how far the log has been followed. Throws as above, and IO or CANCELLED
//! after it has stopped, or where a file could not be deleted: what is gone was needed by nobody. Throws NOT_FOUND
//! where the table was dropped or replaced meanwhile.
VacuumResult RunVacuum(const VacuumRequest &request, CommitEnvironment environment, const ForEachNumber &for_each);

} // namespace merganser
