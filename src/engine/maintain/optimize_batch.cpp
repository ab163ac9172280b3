#include "engine/maintain/optimize_batch.hpp"

#include "duckdb/main/attached_database.hpp"
#include "engine/maintain/file_rewrite.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/table_upkeep.hpp"
#include "log/clustered_by.hpp"
#include "protocol/clustering.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! The field of a physical name, nullopt where there is none.
std::optional<size_t> PlaceOf(const std::vector<StructField> &fields, const std::string &physical_name) {
	const auto field = std::find_if(fields.begin(), fields.end(), [&](const StructField &candidate) {
		return candidate.PhysicalName() == physical_name;
	});
	return field == fields.end() ? std::nullopt : std::optional<size_t>(field - fields.begin());
}

//! What the table's clustering names and its schema has not is left out.
std::vector<ClusterColumn> OwnClusterColumns(const Snapshot &snapshot) {
	std::vector<ClusterColumn> columns;
	for (const auto &path : ClusteringColumnsOf(snapshot)) {
		const auto *fields = &snapshot.configuration->GetSchema().fields;
		std::vector<size_t> places;
		for (const auto &name : path) {
			if (const auto place = PlaceOf(*fields, name)) {
				places.push_back(*place);
				fields = &(*fields)[*place].type->fields;
			}
		}
		if (!path.empty() && places.size() == path.size()) {
			columns.push_back({places[0], {places.begin() + 1, places.end()}});
		}
	}
	return columns;
}

//! The columns that the call names.
std::vector<ClusterColumn> GivenClusterColumns(const Snapshot &snapshot, const std::vector<std::string> &names) {
	std::vector<ClusterColumn> columns;
	for (const auto field : ClusterColumnsOf(snapshot, names)) {
		columns.push_back({field});
	}
	return columns;
}

} // namespace

ClusterMarks MarksFor(const Snapshot &snapshot, const OptimizeRequest &request) {
	if (!request.cluster_by.empty()) {
		return {request.cluster_by, request.cluster_by, false};
	}
	ClusterMarks marks;
	const auto columns = ClusteringColumnsOf(snapshot);
	for (const auto &path : columns) {
		marks.clustered_by.push_back(PathText(path));
	}
	for (const auto &path : LogicalNames(snapshot.configuration->GetSchema(), columns)) {
		marks.shown.push_back(PathText(path));
	}
	marks.is_own_clustering = !marks.clustered_by.empty();
	return marks;
}

uint64_t TargetFileSizeBytes(const Snapshot &snapshot, const OptimizeRequest &request) {
	return request.target_file_size_bytes.value_or(snapshot.configuration->TargetFileSizeBytes());
}

OptimizeBatch::OptimizeBatch(duckdb::ClientContext &context_p, duckdb::Catalog &catalog,
                             const OptimizeRequest &request_p)
    : context(context_p), request(request_p), transaction(catalog.GetAttached().GetTransactionManager(), context, 0) {
}

OptimizeBatch::~OptimizeBatch() {
	transaction.Rollback();
}

SnapshotPtr OptimizeBatch::View() {
	transaction.CheckMayWrite(context, request.location);
	auto snapshot = transaction.View(context, request.location);
	if (!snapshot) {
		throw duckdb::CatalogException("table \"%s\" does not exist any more", request.location.name);
	}
	return snapshot;
}

duckdb::ErrorData OptimizeBatch::Run(const FilePartitions &partitions, const OptimizePlan &plan,
                                     std::atomic<uint64_t> &done_bytes, OptimizeCounts &counts) {
	const auto snapshot = View();
	const auto marks = AtBorder([&] { return MarksFor(*snapshot, request); });
	const auto columns =
	    marks.is_own_clustering ? OwnClusterColumns(*snapshot) : GivenClusterColumns(*snapshot, request.cluster_by);
	const RewriteJob job {WithRowTracking(snapshot), partitions, plan, columns, done_bytes};
	auto spec = AtBorder([&] { return WithRowTracking(MakeWriteSpec(request.location, snapshot->configuration)); });
	spec.target_file_size_bytes = TargetFileSizeBytes(*snapshot, request);
	auto files = RewriteFiles(context, transaction, job, std::move(spec));
	const auto now_ms = LakeInstance::Get(context).GetClock().NowMs();
	const OptimizeCommit commit {*snapshot, plan, marks, request.where, request.is_automatic};
	auto change = AtBorder([&] { return MakeOptimizeChange(commit, std::move(files), now_ms, counts); });
	transaction.Stage(context, request.location, std::move(change));
	auto error = transaction.Commit(context);
	if (!error.HasError() && transaction.Committed()) {
		KeepUp(context, *transaction.Committed()->snapshot);
	}
	return error;
}

} // namespace merganser
