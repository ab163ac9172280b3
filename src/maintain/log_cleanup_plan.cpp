#include "maintain/log_cleanup_plan.hpp"

#include "log/log_file_name.hpp"

#include <algorithm>
#include <tuple>

namespace merganser {

namespace {

constexpr int64_t DAY_MS = 24ll * 60 * 60 * 1000;
constexpr int64_t RETENTION_DEFAULT_MS = 30 * DAY_MS;

int64_t Midnight(int64_t time_ms) {
	return time_ms >= 0 ? time_ms / DAY_MS * DAY_MS : 0;
}

//! Everything after the checkpoint can be read: then what is in front of it is needed by nobody.
bool IsWholeAfter(const LogInventory &inventory, int64_t checkpoint) {
	int64_t next = checkpoint + 1;
	for (auto commit = inventory.commits.upper_bound(checkpoint); commit != inventory.commits.end(); ++commit) {
		if (commit->first != next++) {
			return false;
		}
	}
	return inventory.Newest() < next;
}

bool IsInFront(const LogFile &file, int64_t checkpoint) {
	// A compacted file that begins at the checkpoint's version would be read from there on.
	return file.kind == LogFileKind::COMPACTED ? file.version <= checkpoint : file.version < checkpoint;
}

//! Of one version the commit goes before its checkpoint, which can be read without it.
auto DeletionOrder(const LogFile &file) {
	return std::make_tuple(file.version, file.kind != LogFileKind::COMMIT, file.path);
}

} // namespace

std::optional<int64_t> LogCutoff(const TableConfiguration &configuration, int64_t now_ms) {
	if (!configuration.PropertyBool("delta.enableExpiredLogCleanup", true)) {
		return std::nullopt;
	}
	const auto retention_ms = configuration.PropertyIntervalMs("delta.logRetentionDuration", RETENTION_DEFAULT_MS);
	return Midnight(now_ms - std::max<int64_t>(retention_ms, 0));
}

std::optional<LogCleanupPlan> PlanLogCleanup(const std::vector<ObjectInfo> &listing, int64_t cutoff_version,
                                             const TableConfiguration &configuration) {
	const auto inventory = LogInventory::Of(listing);
	LogCleanupPlan plan;
	plan.kept_checkpoint = inventory.CheckpointAtOrBefore(cutoff_version);
	if (plan.kept_checkpoint <= 0 || !IsWholeAfter(inventory, plan.kept_checkpoint)) {
		return std::nullopt;
	}
	if (plan.kept_checkpoint < configuration.PropertyInt("delta.requireCheckpointProtectionBeforeVersion", 0)) {
		return std::nullopt;
	}
	std::vector<LogFile> files;
	for (const auto &object : listing) {
		auto file = object.is_folder ? std::nullopt : ParseLogFileName(object.path);
		if (file && IsInFront(*file, plan.kept_checkpoint)) {
			files.push_back(std::move(*file));
		}
	}
	std::sort(files.begin(), files.end(),
	          [](const LogFile &left, const LogFile &right) { return DeletionOrder(left) < DeletionOrder(right); });
	for (auto &file : files) {
		plan.files.push_back(std::move(file.path));
	}
	return plan.files.empty() ? std::nullopt : std::optional(std::move(plan));
}

std::optional<LogFile> CheckpointToCopy(const LogInventory &inventory, int64_t kept_checkpoint) {
	const auto kept = inventory.checkpoints.find(kept_checkpoint);
	const bool is_found = std::any_of(kept, inventory.checkpoints.end(), [](const auto &checkpoint) {
		return checkpoint.second.front().kind != LogFileKind::CHECKPOINT_UUID;
	});
	return kept == inventory.checkpoints.end() || is_found ? std::nullopt : std::optional(kept->second.front());
}

std::vector<std::string> PlanSidecarCleanup(const std::vector<ObjectInfo> &sidecars,
                                            std::vector<std::string> referenced, int64_t now_ms) {
	std::sort(referenced.begin(), referenced.end());
	std::vector<std::string> files;
	for (const auto &sidecar : sidecars) {
		if (!sidecar.is_folder && sidecar.modified_ms < Midnight(now_ms - DAY_MS) &&
		    !std::binary_search(referenced.begin(), referenced.end(), sidecar.path)) {
			files.push_back(sidecar.path);
		}
	}
	return files;
}

} // namespace merganser
