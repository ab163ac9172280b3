#include "upkeep/vacuum.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "upkeep/clone_watch.hpp"
#include "upkeep/kept_files_reader.hpp"
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

VacuumPlan MakePlan(const VacuumRequest &request, CommitEnvironment environment, int64_t cutoff_ms,
                    CloneWatch &clones) {
	const auto &log = environment.log;
	const auto &snapshot = *request.snapshot;
	if (snapshot.IsDropped()) {
		throw Error(ErrorKind::NOT_FOUND, "table " + snapshot.TableName() + " was dropped");
	}
	snapshot.configuration->CheckWritable();
	VacuumPlan plan(MakeVacuumScope(snapshot, cutoff_ms), ReadKeptFiles(snapshot, log, cutoff_ms));
	plan.Keep(clones.Look(log, environment.clock.NowMs()));
	snapshot.location.store->Walk(
	    snapshot.location.root,
	    [&](const std::string &folder) {
		    log.cancel.Check();
		    return plan.Enters(folder);
	    },
	    [&](const ObjectInfo &object) { plan.Take(object); });
	plan.FinishWalk();
	return plan;
}

VacuumMark StartMark(const VacuumRequest &request, const VacuumPlan &plan) {
	VacuumMark mark {VACUUM_START, {}, {}};
	mark.parameters["retentionCheckEnabled"] = request.checks_retention ? "true" : "false";
	mark.parameters["defaultRetentionMillis"] =
	    std::to_string(DeletedFileRetentionMs(*request.snapshot->configuration));
	if (request.retention_ms) {
		mark.parameters["specifiedRetentionMillis"] = std::to_string(*request.retention_ms);
	}
	mark.metrics["numFilesToDelete"] = std::to_string(plan.Count());
	mark.metrics["sizeOfDataToDelete"] = std::to_string(plan.Bytes());
	return mark;
}

} // namespace

VacuumPlan PlanVacuum(const VacuumRequest &request, CommitEnvironment environment) {
	const auto retention_ms = CheckedRetention(request);
	CloneWatch clones(request.snapshot->location, retention_ms);
	return MakePlan(request, environment, environment.clock.NowMs() - retention_ms, clones);
}

VacuumResult RunVacuum(const VacuumRequest &request, CommitEnvironment environment, const ForEachNumber &for_each) {
	const auto retention_ms = CheckedRetention(request);
	const auto now_ms = environment.clock.NowMs();
	CloneWatch clones(request.snapshot->location, retention_ms);
	auto plan = MakePlan(request, environment, now_ms - retention_ms, clones);
	clones.DeleteMarkersOfGone();
	VacuumRun run(request.snapshot, request.engine_info, environment, std::move(plan), std::move(clones));
	if (run.Plan().Count() == 0) {
		// What interrupted writers left was never part of the table, and is looked for at any rate.
		run.DeleteLeftovers(now_ms - std::max(retention_ms, DAY_MS));
		return run.Result();
	}
	run.Commit(StartMark(request, run.Plan()));
	std::exception_ptr stopped;
	try {
		run.DeleteFiles(for_each);
		run.DeleteEmptyFolders();
		run.DeleteLeftovers(now_ms - std::max(retention_ms, DAY_MS));
	} catch (...) {
		stopped = std::current_exception();
	}
	run.CommitEnd(!stopped);
	if (stopped) {
		std::rethrow_exception(stopped);
	}
	return run.Result();
}

} // namespace merganser
