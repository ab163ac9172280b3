#include "engine/maintain/automatic_compaction.hpp"

#include "duckdb/main/client_context.hpp"
#include "engine/maintain/optimize_batch.hpp"
#include "engine/session/lake_instance.hpp"

#include <atomic>
#include <utility>

namespace merganser {

namespace {

constexpr const char *AUTO_COMPACT_PROPERTY = "delta.autoOptimize.autoCompact";

CommittedStatement Describe(const CommittedChange &committed, uint64_t target_file_size_bytes) {
	CommittedStatement statement;
	statement.elapsed_ms = double(committed.elapsed_ms);
	statement.table_files = committed.snapshot->files.LiveCount();
	for (const auto &file : committed.added_files) {
		statement.small_files += IsSmallFile(uint64_t(file.size), target_file_size_bytes);
		statement.has_worn_files = statement.has_worn_files || IsWorn(file);
	}
	return statement;
}

//! A version and what is due in it.
struct DueFiles {
	DueFiles(SnapshotPtr snapshot_p, const CompactionOptions &options)
	    : snapshot(std::move(snapshot_p)), partitions(*snapshot),
	      look(LookForCompaction(*snapshot, partitions, options)) {
	}

	const SnapshotPtr snapshot;
	const FilePartitions partitions;
	const CompactionLook look;
};

class Compaction {
public:
	Compaction(duckdb::ClientContext &context_p, duckdb::Catalog &catalog_p, const CommittedChange &committed_p)
	    : context(context_p), catalog(catalog_p), committed(committed_p) {
		request.location = committed.snapshot->location;
		request.is_automatic = true;
	}

	bool Run(const MaintenanceSettings &settings) {
		const auto &snapshot = *committed.snapshot;
		if (!snapshot.configuration->PropertyBool(AUTO_COMPACT_PROPERTY, true)) {
			return false;
		}
		options.target_file_size_bytes = TargetFileSizeBytes(snapshot, request);
		options.files_min = settings.files_min;
		options.keeps_other_providers = MarksFor(snapshot, request).is_own_clustering;
		auto &instance = LakeInstance::Get(context);
		auto &credit = MaintenanceCredits::Get(context).Of(snapshot.location, instance.GetRandom()).credit;
		if (!credit.TryBegin(Describe(committed, options.target_file_size_bytes))) {
			return false;
		}
		const auto began_ms = instance.GetClock().NowMs();
		// Where it fails: not before as many files have come again.
		MaintenanceFindings findings {options.files_min, 0};
		try {
			findings = Work(credit);
		} catch (...) {
			has_tried = true;
		}
		credit.Finish(findings, double(instance.GetClock().NowMs() - began_ms));
		return has_tried;
	}

private:
	MaintenanceFindings Work(const MaintenanceCredit &credit) {
		const DueFiles due(committed.snapshot, options);
		if (due.look.due.files.empty()) {
			return {due.look.missing_files, 0};
		}
		const auto &pace = MaintenanceCredits::Get(context).pace;
		const auto smallest_ms = pace.MsOf(SmallestPartMs(*due.snapshot, due.look.due, options));
		const auto budget_ms = credit.BudgetMs(smallest_ms, double(committed.elapsed_ms));
		if (budget_ms <= 0) {
			return {0, smallest_ms};
		}
		has_tried = true;
		OptimizeBatch batch(context, catalog, request);
		const auto newest = batch.View();
		if (newest == due.snapshot) {
			return WriteAnew(batch, due, budget_ms);
		}
		return WriteAnew(batch, DueFiles(newest, options), budget_ms);
	}

	MaintenanceFindings WriteAnew(OptimizeBatch &batch, const DueFiles &due, double budget_ms) {
		auto &pace = MaintenanceCredits::Get(context).pace;
		auto &clock = LakeInstance::Get(context).GetClock();
		const auto plan = CutToCost(*due.snapshot, due.look.due, options, pace.CostWithin(budget_ms));
		if (plan.files.empty()) {
			return {due.look.missing_files, 0};
		}
		const auto began_ms = clock.NowMs();
		std::atomic<uint64_t> done_bytes {0};
		OptimizeCounts counts;
		// A conflict is dropped: whoever commits next looks again.
		batch.Run(due.partitions, plan, done_bytes, counts);
		pace.Learn(CompactionCostMs(plan.files.size(), plan.bytes), double(clock.NowMs() - began_ms));
		return {0, 0};
	}

	duckdb::ClientContext &context;
	duckdb::Catalog &catalog;
	const CommittedChange &committed;
	OptimizeRequest request;
	CompactionOptions options;
	bool has_tried = false;
};

} // namespace

MaintenanceCredits &MaintenanceCredits::Get(duckdb::ClientContext &context) {
	return *context.db->GetObjectCache().GetOrCreate<MaintenanceCredits>(ObjectType());
}

TableMaintenance &MaintenanceCredits::Of(const TableLocation &location, Random &random) {
	std::lock_guard<std::mutex> guard(lock);
	auto &table = tables[{location.store.get(), location.root}];
	if (!table) {
		constexpr uint64_t STEPS = 1ull << 32;
		table = std::make_unique<TableMaintenance>(double(random.Below(STEPS)) / double(STEPS));
	}
	return *table;
}

bool CompactAfter(duckdb::ClientContext &context, duckdb::Catalog &catalog, const CommittedChange &committed,
                  const MaintenanceSettings &settings) noexcept {
	try {
		return Compaction(context, catalog, committed).Run(settings);
	} catch (...) {
		return false;
	}
}

} // namespace merganser
