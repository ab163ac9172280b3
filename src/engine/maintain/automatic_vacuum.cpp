#include "engine/maintain/automatic_vacuum.hpp"

#include "duckdb/main/client_context.hpp"
#include "engine/maintain/table_vacuum.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "log/log_inventory.hpp"
#include "maintain/vacuum_schedule.hpp"
#include "upkeep/last_vacuum.hpp"

#include <algorithm>
#include <iterator>

namespace merganser {

namespace {

constexpr const char *PROPERTY = "merganser.automaticVacuum";
//! Fewer are not worth two commits.
constexpr uint64_t FILES_PER_PART_MIN = 1000;

class AutomaticVacuum {
public:
	AutomaticVacuum(duckdb::ClientContext &context_p, const CommittedChange &committed_p)
	    : context(context_p), committed(committed_p), location(committed.snapshot->location),
	      instance(LakeInstance::Get(context)), credits(MaintenanceCredits::Get(context)),
	      table(credits.Of(location, instance.GetRandom())) {
	}

	bool Run() {
		const auto &configuration = *committed.snapshot->configuration;
		const auto now_ms = instance.GetClock().NowMs();
		retention_ms = AutomaticRetentionMs(configuration, ChecksVacuumRetention(context));
		if (!table.vacuum.IsDue(now_ms) || !configuration.PropertyBool(PROPERTY, true) ||
		    !MayHaveOldFiles(configuration, retention_ms, now_ms)) {
			return false;
		}
		const auto cost_ms = credits.vacuum_pace.MsOf(table.vacuum.CostMs());
		if (!table.credit.TryBeginOther(cost_ms, double(committed.elapsed_ms))) {
			return false;
		}
		const auto interval_ms = VacuumIntervalMs(retention_ms);
		try {
			Look(now_ms, interval_ms);
		} catch (...) {
			table.vacuum_goes_on.reset();
			table.vacuum.WaitUntil(now_ms + interval_ms);
		}
		table.credit.FinishOther(double(instance.GetClock().NowMs() - now_ms));
		return true;
	}

private:
	void Look(int64_t now_ms, int64_t interval_ms) {
		// Whoever has looked, and however: the next look is an interval later.
		const auto last_ms = table.vacuum_goes_on ? std::nullopt : TimeOfLastVacuum(location);
		if (last_ms && *last_ms > now_ms - interval_ms) {
			table.vacuum.WaitUntil(*last_ms + interval_ms);
			return;
		}
		const auto inventory = LogInventory::List(location);
		const auto first_kept = inventory.commits.upper_bound(inventory.NewestByFileTime(now_ms - retention_ms));
		const auto kept_commits = uint64_t(std::distance(first_kept, inventory.commits.end()));
		const auto part_ms = credits.vacuum_pace.MsOf(VacuumCostMs(kept_commits, FILES_PER_PART_MIN));
		const auto budget_ms = table.credit.BudgetMs(part_ms, double(committed.elapsed_ms));
		if (budget_ms <= 0) {
			table.vacuum.WaitFor(VacuumCostMs(kept_commits, FILES_PER_PART_MIN));
			return;
		}
		const auto files_max = VacuumFilesWithin(credits.vacuum_pace.CostWithin(budget_ms), kept_commits);
		const auto result = Vacuum(std::max(files_max, FILES_PER_PART_MIN));
		const auto done_ms = instance.GetClock().NowMs();
		credits.vacuum_pace.Learn(VacuumCostMs(kept_commits, result.deleted_files), double(done_ms - now_ms));
		table.vacuum.WaitUntil(result.is_complete ? done_ms + interval_ms : done_ms);
		table.vacuum_goes_on = result.is_complete ? std::nullopt : std::optional(result.next);
	}

	VacuumResult Vacuum(uint64_t files_max) {
		ClientCancelToken cancel(context);
		const LogContext log {instance.Parquet(), cancel};
		auto request = MakeVacuumRequest(context, location, log);
		request.kind = VacuumKind::LITE;
		request.is_automatic = true;
		request.files_max = files_max;
		request.begin = table.vacuum_goes_on;
		// Of the newest version, which may keep files longer than the one that was committed.
		const auto &configuration = *request.snapshot->configuration;
		const auto retained_ms = AutomaticRetentionMs(configuration, request.checks_retention);
		if (retained_ms != DeletedFileRetentionMs(configuration)) {
			request.retention_ms = retained_ms;
		}
		return VacuumTable(context, request, log);
	}

	duckdb::ClientContext &context;
	const CommittedChange &committed;
	const TableLocation location;
	LakeInstance &instance;
	MaintenanceCredits &credits;
	TableMaintenance &table;
	int64_t retention_ms = 0;
};

} // namespace

bool VacuumAfter(duckdb::ClientContext &context, const CommittedChange &committed) noexcept {
	try {
		return AutomaticVacuum(context, committed).Run();
	} catch (...) {
		return false;
	}
}

} // namespace merganser
