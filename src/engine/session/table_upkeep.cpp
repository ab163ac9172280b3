#include "engine/session/table_upkeep.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "engine/session/lake_instance.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/log_compaction.hpp"
#include "maintain/log_cleanup_plan.hpp"
#include "upkeep/log_cleanup.hpp"

namespace merganser {

namespace {

constexpr const char *PART_SIZE_SETTING = "merganser_checkpoint_part_size";

void CheckPartSize(duckdb::ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	if (value.IsNull() || value.GetValue<uint64_t>() == 0) {
		throw duckdb::InvalidInputException("%s is a number of files from 1 on", PART_SIZE_SETTING);
	}
}

CheckpointLayout LayoutOf(duckdb::ClientContext &context, LakeInstance &instance) {
	CheckpointLayout layout {CheckpointLayout().sidecar_actions_max, instance.GetRandom()};
	duckdb::Value setting;
	if (context.TryGetCurrentSetting(PART_SIZE_SETTING, setting) && !setting.IsNull()) {
		layout.sidecar_actions_max = setting.GetValue<uint64_t>();
	}
	return layout;
}

void CleanUp(LakeInstance &instance, const Snapshot &newest) {
	const auto now_ms = instance.GetClock().NowMs();
	const auto cutoff_ms = LogCutoff(*newest.configuration, now_ms);
	if (!cutoff_ms || instance.LogWasCleaned(newest.location, *cutoff_ms)) {
		return;
	}
	switch (CleanUpLog(newest, LogContext {instance.Parquet()}, now_ms).outcome) {
	case LogCleanupOutcome::DONE:
		instance.RememberCleanedLog(newest.location, *cutoff_ms);
		return;
	case LogCleanupOutcome::UNFINISHED:
	case LogCleanupOutcome::BUSY:
		return;
	}
}

} // namespace

void KeepUp(duckdb::ClientContext &context, const Snapshot &newest) noexcept {
	try {
		auto &instance = LakeInstance::Get(context);
		const LogContext log {instance.Parquet()};
		const bool checkpoint_is_due = CheckpointIsDue(newest);
		const auto compaction = checkpoint_is_due ? std::nullopt : DueCompaction(newest);
		if (!checkpoint_is_due && !compaction) {
			return;
		}
		{
			// Where the table has been dropped or renamed since, a checkpoint alone would be a table.
			const auto held = newest.location.store->LockFolder(newest.location.root, LockMode::SHARED);
			if (compaction) {
				return WriteCompactedCommits(newest, log, *compaction);
			}
			WriteCheckpoint(newest, log, instance.GetClock().NowMs(), LayoutOf(context, instance));
		}
		CleanUp(instance, newest);
	} catch (const std::exception &) {
		return;
	}
}

void RegisterCheckpointPartSize(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    PART_SIZE_SETTING, "files in one sidecar of a V2 checkpoint at most; one with no more files has no sidecars",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(CheckpointLayout().sidecar_actions_max), CheckPartSize);
}

} // namespace merganser
