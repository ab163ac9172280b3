#include "upkeep/vacuum.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_range.hpp"
#include "upkeep/clone_watch.hpp"
#include "upkeep/kept_files_reader.hpp"
#include "upkeep/last_vacuum.hpp"
#include "upkeep/retention.hpp"
#include "upkeep/vacuum_run.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr int64_t DAY_MS = 24ll * 60 * 60 * 1000;

std::string DurationText(int64_t duration_ms) {
	constexpr std::pair<const char *, int64_t> UNITS[] = {
	    {"day", DAY_MS}, {"hour", 3600000}, {"minute", 60000}, {"second", 1000}, {"millisecond", 1}};
	for (const auto &[name, unit_ms] : UNITS) {
		if (duration_ms >= unit_ms && duration_ms % unit_ms == 0) {
			const auto count = duration_ms / unit_ms;
			return std::to_string(count) + " " + name + (count == 1 ? "" : "s");
		}
	}
	return "0 seconds";
}

int64_t CheckedRetention(const VacuumRequest &request) {
	const auto tables_own = DeletedFileRetentionMs(*request.snapshot->configuration);
	const auto retention_ms = request.retention_ms.value_or(tables_own);
	if (retention_ms < 0) {
		throw Error(ErrorKind::INVALID_INPUT, "VACUUM of table " + request.snapshot->TableName() +
		                                          ": the time to retain cannot be negative. Nothing was deleted");
	}
	if (request.checks_retention && retention_ms < tables_own) {
		throw Error(ErrorKind::INVALID_INPUT,
		            "VACUUM of table " + request.snapshot->TableName() + ": to retain " + DurationText(retention_ms) +
		                " is less than the " + DurationText(tables_own) +
		                " that the table asks for (delta.deletedFileRetentionDuration). Files of older versions and of "
		                "writers that have not committed yet would go. Nothing was deleted; to do it all the same, SET "
		                "merganser_vacuum_retention_check = false");
	}
	return retention_ms;
}

//! What was removed earlier than so long ago goes. Where nothing is retained, that is all that was removed before the
//! call, in the same millisecond too: it is over then.
int64_t CutoffMs(CommitEnvironment environment, int64_t retention_ms) {
	if (retention_ms == 0) {
		environment.clock.SleepMs(1);
	}
	return environment.clock.NowMs() - retention_ms;
}

struct PlannedVacuum {
	VacuumPlan plan;
	//! The last version of which the log need not be followed again, once the plan is carried out; -1: none.
	int64_t followed = -1;
	//! LITE.
	RemovedFilesPosition next {};
	bool is_complete = true;
};

PlannedVacuum PlanFull(const Snapshot &snapshot, CommitEnvironment environment, int64_t cutoff_ms, CloneWatch &clones) {
	const auto &log = environment.log;
	const auto followed = NewestVersionBefore(snapshot, log, LogInventory::List(snapshot.location), cutoff_ms);
	PlannedVacuum planned {VacuumPlan(MakeVacuumScope(snapshot, cutoff_ms), ReadKeptFiles(snapshot, log, cutoff_ms)),
	                       followed};
	auto &plan = planned.plan;
	plan.Keep(clones.Look(log, environment.clock.NowMs()));
	snapshot.location.store->Walk(
	    snapshot.location.root,
	    [&](const std::string &folder) {
		    log.cancel.Check();
		    return plan.Enters(folder);
	    },
	    [&](const ObjectInfo &object) { plan.Take(object); });
	plan.FinishWalk();
	return planned;
}

void CheckCommitsAreThere(const Snapshot &snapshot, const LogInventory &inventory, VersionRange range) {
	for (auto version = range.first; version <= range.last; version++) {
		if (!inventory.commits.contains(version)) {
			throw Error(ErrorKind::INVALID_INPUT,
			            "VACUUM LITE of table " + snapshot.TableName() + ": the commit of version " +
			                std::to_string(version) +
			                " is no longer in the log, and with it what it says of files that may go. Nothing was "
			                "deleted; run the full VACUUM, without LITE");
		}
	}
}

PlannedVacuum PlanLite(const VacuumRequest &request, CommitEnvironment environment, int64_t cutoff_ms,
                       CloneWatch &clones) {
	const auto &log = environment.log;
	const auto &snapshot = *request.snapshot;
	const auto &location = snapshot.location;
	const auto inventory = LogInventory::List(location);
	RemovedFilesRange range;
	range.last = NewestVersionBefore(snapshot, log, inventory, cutoff_ms);
	range.files_max = request.files_max;
	range.begin.version = TryReadLastVacuum(location, snapshot.version).value_or(-1) + 1;
	if (request.begin && request.begin->version >= range.begin.version) {
		range.begin = *request.begin;
	}
	CheckCommitsAreThere(snapshot, inventory, {range.begin.version, range.last});
	RemovedFiles removed(location, log, inventory, range);
	const bool has_removed = removed.SkipEmptyCommits();
	auto kept = has_removed ? ReadKeptFiles(snapshot, log, cutoff_ms) : KeptFiles();
	PlannedVacuum planned {VacuumPlan(MakeVacuumScope(snapshot, cutoff_ms), std::move(kept))};
	if (has_removed) {
		planned.plan.Keep(clones.Look(log, environment.clock.NowMs()));
	}
	removed.Show(planned.plan);
	planned.plan.FinishWalk();
	planned.next = removed.Next();
	planned.followed = planned.next.version - 1;
	planned.is_complete = planned.next.version > range.last;
	return planned;
}

PlannedVacuum MakePlan(const VacuumRequest &request, CommitEnvironment environment, int64_t cutoff_ms,
                       CloneWatch &clones) {
	const auto &snapshot = *request.snapshot;
	if (snapshot.IsDropped()) {
		throw Error(ErrorKind::NOT_FOUND, "table " + snapshot.TableName() + " was dropped");
	}
	snapshot.configuration->CheckWritable();
	switch (request.kind) {
	case VacuumKind::FULL:
		return PlanFull(snapshot, environment, cutoff_ms, clones);
	case VacuumKind::LITE:
		return PlanLite(request, environment, cutoff_ms, clones);
	}
	throw Error(ErrorKind::INTERNAL, "unknown kind of VACUUM");
}

VacuumMark StartMark(const VacuumRequest &request, const VacuumPlan &plan) {
	VacuumMark mark {VACUUM_START, {}, {}};
	mark.parameters["retentionCheckEnabled"] = request.checks_retention ? "true" : "false";
	mark.parameters["defaultRetentionMillis"] =
	    std::to_string(DeletedFileRetentionMs(*request.snapshot->configuration));
	if (request.retention_ms) {
		mark.parameters["specifiedRetentionMillis"] = std::to_string(*request.retention_ms);
	}
	if (request.is_automatic) {
		mark.parameters["auto"] = "true";
	}
	mark.metrics["numFilesToDelete"] = std::to_string(plan.Count());
	mark.metrics["sizeOfDataToDelete"] = std::to_string(plan.Bytes());
	return mark;
}

} // namespace

VacuumPlan PlanVacuum(const VacuumRequest &request, CommitEnvironment environment) {
	const auto retention_ms = CheckedRetention(request);
	CloneWatch clones(request.snapshot->location, retention_ms);
	return MakePlan(request, environment, CutoffMs(environment, retention_ms), clones).plan;
}

VacuumResult RunVacuum(const VacuumRequest &request, CommitEnvironment environment, const ForEachNumber &for_each) {
	const auto retention_ms = CheckedRetention(request);
	const auto cutoff_ms = CutoffMs(environment, retention_ms);
	CloneWatch clones(request.snapshot->location, retention_ms);
	auto planned = MakePlan(request, environment, cutoff_ms, clones);
	clones.DeleteMarkersOfGone();
	VacuumRun run(request.snapshot, request.engine_info, environment, std::move(planned.plan), std::move(clones));
	const auto delete_leftovers = [&] {
		if (request.kind == VacuumKind::FULL) {
			run.DeleteLeftovers(std::min(cutoff_ms, cutoff_ms + retention_ms - DAY_MS));
		}
	};
	std::exception_ptr stopped;
	if (run.Plan().Count() == 0) {
		// What interrupted writers left was never part of the table, and is looked for at any rate.
		delete_leftovers();
	} else {
		run.Commit(StartMark(request, run.Plan()));
		try {
			run.DeleteFiles(for_each);
			run.DeleteEmptyFolders();
			delete_leftovers();
		} catch (...) {
			stopped = std::current_exception();
		}
		run.CommitEnd(!stopped);
	}
	if (stopped) {
		std::rethrow_exception(stopped);
	}
	run.NoteFollowed(planned.followed);
	auto result = run.Result();
	result.next = planned.next;
	result.is_complete = planned.is_complete;
	return result;
}

} // namespace merganser
