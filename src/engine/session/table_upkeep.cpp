#include "engine/session/table_upkeep.hpp"

#include "engine/session/lake_instance.hpp"
#include "log/checkpoint_writer.hpp"
#include "maintain/log_cleanup_plan.hpp"
#include "upkeep/log_cleanup.hpp"

namespace merganser {

namespace {

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
		if (!CheckpointIsDue(newest)) {
			return;
		}
		{
			// Where the table has been dropped or renamed since, a checkpoint alone would be a table.
			const auto held = newest.location.store->LockFolder(newest.location.root, LockMode::SHARED);
			WriteCheckpoint(newest, LogContext {instance.Parquet()}, instance.GetClock().NowMs());
		}
		CleanUp(instance, newest);
	} catch (const std::exception &) {
		return;
	}
}

} // namespace merganser
