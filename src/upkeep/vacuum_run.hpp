#pragma once

#include "upkeep/clone_watch.hpp"
#include "upkeep/vacuum.hpp"

#include <mutex>
#include <set>
#include <string>

namespace merganser {

//! A commit that says what a VACUUM is about to do or has done, and changes nothing.
struct VacuumMark {
	std::string operation;
	StringMap parameters;
	StringMap metrics;
};

//! One VACUUM under way. Used by one thread; only the deletes of a batch are done by several.
class VacuumRun {
public:
	VacuumRun(SnapshotPtr snapshot, std::string engine_info_p, CommitEnvironment environment_p, VacuumPlan plan_p,
	          CloneWatch clones_p);

	const VacuumPlan &Plan() const {
		return plan;
	}
	//! Throws IO where it is not known whether the commit was made, CONFLICT where it was not, NOT_FOUND where the
	//! table is gone.
	void Commit(const VacuumMark &mark);
	//! VACUUM END. A failure is none of the VACUUM.
	void CommitEnd(bool is_complete) noexcept;

	//! Deletes the plan's files, batch by batch. Throws where it has to stop, and IO at the end where a file would not
	//! go.
	void DeleteFiles(const ForEachNumber &for_each);
	//! The folders that have lost their last file.
	void DeleteEmptyFolders();
	//! What interrupted writers left and did not touch since.
	void DeleteLeftovers(int64_t modified_before_ms);

	//! The log need not be followed again up to this version: notes it. A failure is none of the VACUUM.
	void NoteFollowed(int64_t version) noexcept;

	VacuumResult Result() const {
		return result;
	}

private:
	//! Holds the table's name while it looks and deletes.
	std::unique_ptr<StoreLock> LockTable();
	//! Takes out of the plan what commits since the last look name, and what clones since then need.
	void CatchUp();
	void DeleteBatch(const std::vector<size_t> &batch, const ForEachNumber &for_each);
	void DeleteOne(size_t file);

	const TableLocation location;
	const std::string engine_info;
	CommitEnvironment environment;
	VacuumPlan plan;
	CloneWatch clones;
	//! The newest version whose commits the plan knows.
	SnapshotPtr seen;
	std::set<std::string> touched_folders;
	//! Guards what follows while a batch is deleted.
	std::mutex lock;
	VacuumResult result;
	uint64_t failure_count = 0;
	std::string first_failure;
};

} // namespace merganser
