#include "upkeep/log_cleanup.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/checkpoint_reader.hpp"
#include "log/checksum_file.hpp"
#include "maintain/log_cleanup_plan.hpp"
#include "upkeep/retention.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! While they are deleted commits wait.
constexpr size_t FILES_PER_CLEANUP_MAX = 5000;

//! The log will begin with this checkpoint: read it whole, now that its predecessors are still there.
void CheckKeptCheckpoint(const Snapshot &snapshot, LogContext context, int64_t version) {
	const auto kept = LoadSnapshot(snapshot.location, context, version);
	if (kept->checkpoint_version != version) {
		throw Error(ErrorKind::CORRUPT, "table " + snapshot.TableName() + ": the checkpoint of version " +
		                                    std::to_string(version) + " is not complete");
	}
	if (const auto mismatch = FindChecksumMismatch(*kept)) {
		throw Error(ErrorKind::CORRUPT, "table " + snapshot.TableName() + ": " + *mismatch);
	}
}

std::vector<std::string> PlanSidecars(const Snapshot &snapshot, LogContext context,
                                      const std::vector<ObjectInfo> &listing, int64_t now_ms) {
	const auto &location = snapshot.location;
	const auto sidecars = location.store->List(JoinPath(location.LogFolder(), "_sidecars"), ListDepth::SHALLOW);
	if (PlanSidecarCleanup(sidecars, {}, now_ms).empty()) {
		return {};
	}
	std::vector<std::string> referenced;
	for (const auto &object : listing) {
		const auto file = object.is_folder || object.size_bytes == 0 ? std::nullopt : ParseLogFileName(object.path);
		const bool is_checkpoint =
		    file && (file->kind == LogFileKind::CHECKPOINT_CLASSIC || file->kind == LogFileKind::CHECKPOINT_PART ||
		             file->kind == LogFileKind::CHECKPOINT_UUID);
		if (is_checkpoint) {
			const auto paths = SidecarPaths(location, ReadSidecars(location, context, *file));
			referenced.insert(referenced.end(), paths.begin(), paths.end());
		}
	}
	return PlanSidecarCleanup(sidecars, std::move(referenced), now_ms);
}

std::vector<std::string> PlanFiles(const Snapshot &snapshot, LogContext context, int64_t cutoff_ms, int64_t now_ms) {
	const auto &location = snapshot.location;
	const auto listing = location.store->List(location.LogFolder(), ListDepth::SHALLOW);
	const auto cutoff_version = NewestVersionAt(snapshot, context, LogInventory::Of(listing), cutoff_ms);
	std::vector<std::string> files;
	if (auto plan = PlanLogCleanup(listing, cutoff_version, *snapshot.configuration)) {
		CheckKeptCheckpoint(snapshot, context, plan->kept_checkpoint);
		files = std::move(plan->files);
	}
	// Those of checkpoints that go now are found when they are gone.
	const auto sidecars = PlanSidecars(snapshot, context, listing, now_ms);
	files.insert(files.end(), sidecars.begin(), sidecars.end());
	return files;
}

} // namespace

LogCleanupResult CleanUpLog(const Snapshot &snapshot, LogContext context, int64_t now_ms) {
	LogCleanupResult result;
	const auto cutoff_ms = LogCutoff(*snapshot.configuration, now_ms);
	if (!cutoff_ms || snapshot.IsDropped()) {
		return result;
	}
	const auto files = PlanFiles(snapshot, context, *cutoff_ms, now_ms);
	if (files.empty()) {
		return result;
	}
	auto &store = *snapshot.location.store;
	const auto held = store.TryLockFolder(snapshot.location.root, LockMode::EXCLUSIVE);
	// Under the lock: else another table may have the name, and files of the same names.
	if (!held || !LastCommitIsThere(snapshot)) {
		result.outcome = LogCleanupOutcome::BUSY;
		return result;
	}
	for (const auto &file : files) {
		if (result.deleted_files == FILES_PER_CLEANUP_MAX) {
			result.outcome = LogCleanupOutcome::UNFINISHED;
			break;
		}
		store.Delete(file);
		result.deleted_files++;
	}
	return result;
}

} // namespace merganser
