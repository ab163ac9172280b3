#include "upkeep/vacuum_run.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_append.hpp"
#include "upkeep/last_vacuum.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Between two looks at the log. Small, so that a RESTORE waits no longer than a moment.
constexpr size_t FILES_PER_BATCH = 1000;
//! A mark conflicts only with changes of the table's schema and properties, and can be made anew on top of them.
constexpr int MARK_ATTEMPTS_MAX = 5;

[[noreturn]] void ThrowReplaced(const TableLocation &location) {
	throw Error(ErrorKind::NOT_FOUND, "VACUUM of table " + location.name +
	                                      ": another dropped, renamed or replaced the table meanwhile. It was stopped; "
	                                      "run it again if the table of that name is the one that is meant");
}

} // namespace

VacuumRun::VacuumRun(SnapshotPtr snapshot, std::string engine_info_p, CommitEnvironment environment_p,
                     VacuumPlan plan_p, CloneWatch clones_p)
    : location(snapshot->location), engine_info(std::move(engine_info_p)), environment(environment_p),
      plan(std::move(plan_p)), clones(std::move(clones_p)), seen(std::move(snapshot)) {
	result.newest = seen;
}

std::unique_ptr<StoreLock> VacuumRun::LockTable() {
	return location.store->LockFolder(location.root, LockMode::SHARED);
}

void VacuumRun::CatchUp() {
	SnapshotPtr newest;
	try {
		newest = RefreshSnapshot(seen, environment.log);
	} catch (const Error &error) {
		if (error.kind == ErrorKind::NOT_FOUND) {
			ThrowReplaced(location);
		}
		throw;
	}
	if (newest->version < seen->version || newest->IsDropped() ||
	    newest->configuration->GetMetadata().id != seen->configuration->GetMetadata().id) {
		ThrowReplaced(location);
	}
	for (auto version = seen->version + 1; version <= newest->version; version++) {
		for (const auto &action : ReadCommit(location, version)) {
			plan.Keep(action);
		}
	}
	plan.Keep(clones.Look(environment.log, environment.clock.NowMs()));
	seen = std::move(newest);
	result.newest = seen;
}

void VacuumRun::Commit(const VacuumMark &mark) {
	CommitRequest request;
	request.location = location;
	request.engine_info = engine_info;
	request.change.operation = mark.operation;
	request.change.operation_parameters = mark.parameters;
	request.change.operation_metrics = mark.metrics;
	CommitResult outcome;
	for (int attempt = 0; attempt < MARK_ATTEMPTS_MAX; attempt++) {
		const auto held = LockTable();
		CatchUp();
		request.base = seen;
		outcome = CommitChange(request, environment);
		switch (outcome.outcome) {
		case CommitOutcome::COMMITTED:
			CatchUp();
			return;
		case CommitOutcome::CONFLICT:
			continue;
		case CommitOutcome::REJECTED:
		case CommitOutcome::UNKNOWN:
			throw Error(ErrorKind::IO, outcome.message);
		}
	}
	throw Error(ErrorKind::CONFLICT, outcome.message);
}

void VacuumRun::CommitEnd(bool is_complete) noexcept {
	VacuumMark mark {VACUUM_END, {}, {}};
	mark.parameters["status"] = is_complete ? "COMPLETED" : "FAILED";
	mark.metrics["numDeletedFiles"] = std::to_string(result.deleted_files);
	mark.metrics["numVacuumedDirectories"] = std::to_string(result.deleted_folders);
	try {
		Commit(mark);
	} catch (const std::exception &) {
		// The files are gone, or stay, whatever the log says of it.
		return;
	}
}

void VacuumRun::NoteFollowed(int64_t version) noexcept {
	try {
		const auto held = LockTable();
		// Where the table has been dropped since, the file alone would be in the way of the next one.
		CatchUp();
		const auto known = TryReadLastVacuum(location, seen->version).value_or(-1);
		if (std::max(known, version) >= 0) {
			// Also where it says the same: when it was written tells when the log was last looked at.
			WriteLastVacuum(location, std::max(known, version));
		}
	} catch (const std::exception &) {
		// The same commits are looked at again.
		return;
	}
}

void VacuumRun::DeleteFiles(const ForEachNumber &for_each) {
	for (size_t begin = 0; begin < plan.Count(); begin += FILES_PER_BATCH) {
		environment.log.cancel.Check();
		const auto held = LockTable();
		CatchUp();
		std::vector<size_t> batch;
		for (size_t file = begin; file < std::min(begin + FILES_PER_BATCH, plan.Count()); file++) {
			if (plan.MayGo(file)) {
				batch.push_back(file);
			}
		}
		DeleteBatch(batch, for_each);
	}
	if (failure_count > 0) {
		throw Error(ErrorKind::IO, "VACUUM of table " + location.name + ": " + std::to_string(failure_count) +
		                               " files could not be deleted, the first one because of: " + first_failure +
		                               ". " + std::to_string(result.deleted_files) +
		                               " others are gone, none of which was needed. Run it again when the cause is "
		                               "removed");
	}
}

void VacuumRun::DeleteBatch(const std::vector<size_t> &batch, const ForEachNumber &for_each) {
	for_each(batch.size(), [&](size_t i) { DeleteOne(batch[i]); });
	for (const auto file : batch) {
		touched_folders.insert(std::string(ParentOf(plan.PathOf(file))));
	}
}

void VacuumRun::DeleteOne(size_t file) {
	try {
		location.store->Delete(plan.PathOf(file));
	} catch (const Error &error) {
		std::lock_guard<std::mutex> guard(lock);
		if (failure_count++ == 0) {
			first_failure = error.what();
		}
		return;
	}
	std::lock_guard<std::mutex> guard(lock);
	result.deleted_files++;
	result.deleted_bytes += plan.SizeOf(file);
}

void VacuumRun::DeleteEmptyFolders() {
	const auto held = LockTable();
	CatchUp();
	for (const auto &touched : touched_folders) {
		for (auto folder = touched; folder.size() > location.root.size(); folder = std::string(ParentOf(folder))) {
			if (!location.store->DeleteEmptyFolder(folder)) {
				break;
			}
			result.deleted_folders++;
		}
	}
}

void VacuumRun::DeleteLeftovers(int64_t modified_before_ms) {
	const auto held = LockTable();
	CatchUp();
	location.store->DeleteLeftovers(location.root, modified_before_ms);
}

} // namespace merganser
