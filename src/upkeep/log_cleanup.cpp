#include "upkeep/log_cleanup.hpp"

#include "base/error.hpp"
#include "log/checkpoint_reader.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/checksum_file.hpp"
#include "log/log_file_name.hpp"
#include "maintain/log_cleanup_plan.hpp"
#include "upkeep/retention.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

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

struct PlannedCleanup {
	//! Is to be there under a classic name before anything is deleted.
	std::optional<LogFile> copied_checkpoint;
	//! In the order in which they are deleted.
	std::vector<std::string> files;
};

//! `going`: files of the log that are deleted first.
std::vector<std::string> PlanSidecars(const Snapshot &snapshot, LogContext context,
                                      const std::vector<ObjectInfo> &listing, const std::vector<std::string> &going,
                                      int64_t now_ms) {
	const auto &location = snapshot.location;
	const auto sidecars = location.store->List(SidecarFolder(location), ListDepth::SHALLOW);
	if (PlanSidecarCleanup(sidecars, {}, now_ms).empty()) {
		return {};
	}
	const std::set<std::string> gone(going.begin(), going.end());
	std::vector<std::string> referenced;
	for (const auto &object : listing) {
		const auto file = object.is_folder || object.size_bytes == 0 ? std::nullopt : ParseLogFileName(object.path);
		const bool is_checkpoint =
		    file && (file->kind == LogFileKind::CHECKPOINT_CLASSIC || file->kind == LogFileKind::CHECKPOINT_PART ||
		             file->kind == LogFileKind::CHECKPOINT_UUID);
		if (is_checkpoint && !gone.contains(object.path)) {
			const auto paths = SidecarPaths(location, ReadSidecars(location, context, *file));
			referenced.insert(referenced.end(), paths.begin(), paths.end());
		}
	}
	return PlanSidecarCleanup(sidecars, std::move(referenced), now_ms);
}

PlannedCleanup PlanFiles(const Snapshot &snapshot, LogContext context, int64_t cutoff_ms, int64_t now_ms) {
	const auto &location = snapshot.location;
	const auto listing = location.store->List(location.LogFolder(), ListDepth::SHALLOW);
	const auto inventory = LogInventory::Of(listing);
	const auto cutoff_version = NewestVersionAt(snapshot, context, inventory, cutoff_ms);
	PlannedCleanup planned;
	if (auto plan = PlanLogCleanup(listing, cutoff_version, *snapshot.configuration)) {
		CheckKeptCheckpoint(snapshot, context, plan->kept_checkpoint);
		planned.copied_checkpoint = CheckpointToCopy(inventory, plan->kept_checkpoint);
		planned.files = std::move(plan->files);
	}
	// Checkpoints go before the sidecars that only they name.
	const auto sidecars = PlanSidecars(snapshot, context, listing, planned.files, now_ms);
	planned.files.insert(planned.files.end(), sidecars.begin(), sidecars.end());
	return planned;
}

} // namespace

LogCleanupResult CleanUpLog(const Snapshot &snapshot, LogContext context, int64_t now_ms) {
	LogCleanupResult result;
	const auto cutoff_ms = LogCutoff(*snapshot.configuration, now_ms);
	if (!cutoff_ms || snapshot.IsDropped()) {
		return result;
	}
	const auto planned = PlanFiles(snapshot, context, *cutoff_ms, now_ms);
	if (planned.files.empty()) {
		return result;
	}
	auto &store = *snapshot.location.store;
	const auto held = store.TryLockFolder(snapshot.location.root, LockMode::EXCLUSIVE);
	// Under the lock: else another table may have the name, and files of the same names.
	if (!held || !LastCommitIsThere(snapshot)) {
		result.outcome = LogCleanupOutcome::BUSY;
		return result;
	}
	if (planned.copied_checkpoint) {
		CopyAsClassicCheckpoint(snapshot.location, context, *planned.copied_checkpoint);
	}
	for (const auto &file : planned.files) {
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
