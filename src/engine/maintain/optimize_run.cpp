#include "engine/maintain/optimize_run.hpp"

#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/config.hpp"
#include "engine/maintain/optimize_batch.hpp"
#include "engine/maintain/partition_filter.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/reexecution.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr const char *COMMIT_SIZE_SETTING = "merganser_optimize_commit_size";
//! Minutes of work that a failure may cost.
constexpr uint64_t COMMIT_BYTES_DEFAULT = 8ull << 30;

uint64_t CommitBytes(duckdb::ClientContext &context) {
	duckdb::Value setting;
	const bool is_set = context.TryGetCurrentSetting(COMMIT_SIZE_SETTING, setting) && !setting.IsNull();
	return std::max<uint64_t>(1, is_set ? setting.GetValue<uint64_t>() : COMMIT_BYTES_DEFAULT);
}

void CheckCommitBytes(duckdb::ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	if (value.IsNull() || value.GetValue<uint64_t>() == 0) {
		throw duckdb::InvalidInputException("%s is a number of bytes from 1", COMMIT_SIZE_SETTING);
	}
}

//! Leaves the first groups, of so many bytes at most (but one group at least).
void CutToCommit(OptimizePlan &plan, uint64_t bytes_max) {
	uint64_t bytes = 0;
	size_t count = 0;
	while (count < plan.groups.size() && (count == 0 || bytes + plan.groups[count].bytes <= bytes_max)) {
		bytes += plan.groups[count++].bytes;
	}
	plan.groups.resize(count);
	plan.files.resize(count == 0 ? 0 : plan.groups.back().end);
	plan.is_needed_alone.resize(plan.files.size());
	plan.bytes = bytes;
}

class OptimizeRun {
public:
	OptimizeRun(duckdb::ClientContext &context_p, duckdb::Catalog &catalog_p, const OptimizeRequest &request_p,
	            WorkProgress &progress_p)
	    : context(context_p), catalog(catalog_p), request(request_p), progress(progress_p),
	      commit_bytes(CommitBytes(context)) {
		options.group_bytes_max = commit_bytes;
		options.deleted_share_max = request.purge ? 0 : options.deleted_share_max;
	}

	OptimizeCounts Run() {
		uint64_t losses = 0;
		for (;;) {
			const auto before = progress.done.load();
			const auto error = RunBatch();
			if (is_done) {
				return counts;
			}
			if (!error.HasError()) {
				losses = 0;
				continue;
			}
			progress.done = before;
			if (!lost_to || !CanReexecute(*lost_to) || ++losses > limits::REEXECUTIONS_DEFAULT) {
				error.Throw(counts.commits == 0
				                ? ""
				                : std::to_string(counts.commits) + " commits of this statement stay; the next: ");
			}
		}
	}

private:
	OptimizePlan Plan(const Snapshot &snapshot, const FilePartitions &partitions, const ClusterMarks &marks) {
		options.clustered_by = marks.clustered_by.empty() ? "" : JsonWriter().Strings(marks.clustered_by).Take();
		options.keeps_other_providers = marks.is_own_clustering;
		options.target_file_size_bytes = TargetFileSizeBytes(snapshot, request);
		if (!request.where.empty()) {
			const PartitionFilter filter(context, "merganser_optimize", snapshot, request.where);
			options.chosen_partitions = AtBorder([&] { return filter.Choose(context, snapshot, partitions); });
		}
		return AtBorder([&] { return PlanOptimize(snapshot, partitions, options); });
	}

	//! Reads, writes and commits the next groups; sets is_done where there are none.
	duckdb::ErrorData RunBatch() {
		OptimizeBatch batch(context, catalog, request);
		const auto snapshot = batch.View();
		const FilePartitions partitions(*snapshot);
		if (!has_begun) {
			options.newest_version = snapshot->version;
			counts.files_before = snapshot->files.LiveCount();
			counts.bytes_before = snapshot->files.LiveBytes();
		}
		const auto marks = AtBorder([&] { return MarksFor(*snapshot, request); });
		auto plan = Plan(*snapshot, partitions, marks);
		if (!has_begun) {
			progress.total = plan.bytes;
			has_begun = true;
		}
		CutToCommit(plan, commit_bytes);
		if (plan.groups.empty()) {
			is_done = true;
			return duckdb::ErrorData();
		}
		OptimizeCounts own;
		auto error = batch.Run(partitions, plan, progress.done, own);
		const auto loss = batch.Loss();
		lost_to = loss ? std::optional<ConflictKind>(loss->kind) : std::nullopt;
		if (!error.HasError()) {
			Count(own, plan);
		}
		return error;
	}

	void Count(const OptimizeCounts &own, const OptimizePlan &plan) {
		counts.added_files += own.added_files;
		counts.removed_files += own.removed_files;
		counts.added_bytes += own.added_bytes;
		counts.removed_bytes += own.removed_bytes;
		counts.removed_vectors += own.removed_vectors;
		counts.commits++;
		for (size_t i = 0; i < plan.groups.size(); i++) {
			counts.partitions += i == 0 || plan.groups[i].partition != plan.groups[i - 1].partition;
		}
	}

	duckdb::ClientContext &context;
	duckdb::Catalog &catalog;
	const OptimizeRequest &request;
	WorkProgress &progress;
	const uint64_t commit_bytes;
	OptimizeOptions options;
	OptimizeCounts counts;
	bool has_begun = false;
	bool is_done = false;
	std::optional<ConflictKind> lost_to;
};

} // namespace

std::vector<size_t> ClusterColumnsOf(const Snapshot &snapshot, const std::vector<std::string> &names) {
	const auto &configuration = *snapshot.configuration;
	std::vector<size_t> columns;
	for (const auto &name : names) {
		const auto column = configuration.GetSchema().IndexOf(name);
		if (!column) {
			throw duckdb::BinderException("merganser_optimize: table \"%s\" has no column \"%s\" to cluster by",
			                              snapshot.TableName(), name);
		}
		const auto &type = *configuration.GetSchema().fields[*column].type;
		const bool has_order = !type.IsNested() && type.kind != TypeKind::VOID && type.kind != TypeKind::VARIANT;
		if (configuration.IsPartitionColumn(*column) || !has_order) {
			throw duckdb::BinderException("merganser_optimize: rows cannot be clustered by \"%s\": it is %s", name,
			                              has_order ? "a partition column, whose values have files of their own"
			                                        : "of a type without an order");
		}
		if (std::find(columns.begin(), columns.end(), *column) != columns.end()) {
			throw duckdb::BinderException("merganser_optimize: cluster_by names \"%s\" twice", name);
		}
		columns.push_back(*column);
	}
	return columns;
}

OptimizeCounts RunOptimize(duckdb::ClientContext &context, duckdb::Catalog &catalog, const OptimizeRequest &request,
                           WorkProgress &progress) {
	return OptimizeRun(context, catalog, request, progress).Run();
}

void RegisterOptimize(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    COMMIT_SIZE_SETTING, "bytes of data files that merganser_optimize reads for one commit, about",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(COMMIT_BYTES_DEFAULT), CheckCommitBytes);
}

} // namespace merganser
