#include "upkeep/optimize_change.hpp"

#include "base/json_writer.hpp"
#include "txn/overwrite.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Of sorted sizes.
uint64_t Percentile(const std::vector<int64_t> &sizes, size_t percent) {
	return sizes.empty() ? 0 : uint64_t(sizes[(sizes.size() - 1) * percent / 100]);
}

void SetMetrics(const OptimizeCounts &counts, const std::vector<AddFile> &files, StringMap &metrics) {
	std::vector<int64_t> sizes;
	for (const auto &file : files) {
		sizes.push_back(file.size);
	}
	std::sort(sizes.begin(), sizes.end());
	const auto set = [&](const char *name, uint64_t value) {
		metrics[name] = std::to_string(value);
	};
	set("numAddedFiles", counts.added_files);
	set("numRemovedFiles", counts.removed_files);
	set("numAddedBytes", counts.added_bytes);
	set("numRemovedBytes", counts.removed_bytes);
	set("numDeletionVectorsRemoved", counts.removed_vectors);
	set("minFileSize", Percentile(sizes, 0));
	set("p25FileSize", Percentile(sizes, 25));
	set("p50FileSize", Percentile(sizes, 50));
	set("p75FileSize", Percentile(sizes, 75));
	set("maxFileSize", Percentile(sizes, 100));
}

} // namespace

TableChange MakeOptimizeChange(const OptimizeCommit &commit, std::vector<AddFile> files, int64_t now_ms,
                               OptimizeCounts &counts) {
	TableChange change;
	for (const auto file : commit.plan.files) {
		auto removal = RemovalOf(commit.snapshot.files.BatchOf(file).ToAddFile(file.row), now_ms);
		removal.data_change = false;
		counts.removed_vectors += removal.deletion_vector.has_value();
		change.removed_files.push_back(std::move(removal));
	}
	for (auto &file : files) {
		file.data_change = false;
		if (!commit.marks.clustered_by.empty()) {
			file.tags = StringMap {{CLUSTERED_BY_TAG, JsonWriter().Strings(commit.marks.clustered_by).Take()}};
		}
		if (commit.marks.is_own_clustering) {
			file.clustering_provider = CLUSTERING_PROVIDER;
		}
		counts.added_bytes += uint64_t(file.size);
	}
	counts.added_files = files.size();
	counts.removed_files = commit.plan.files.size();
	counts.removed_bytes = commit.plan.bytes;
	change.operation = "OPTIMIZE";
	std::vector<std::string> predicates;
	if (!commit.where.empty()) {
		predicates.push_back(commit.where);
	}
	change.operation_parameters["predicate"] = JsonWriter().Strings(predicates).Take();
	change.operation_parameters["clusterBy"] = JsonWriter().Strings(commit.marks.shown).Take();
	change.operation_parameters["zOrderBy"] = "[]";
	change.operation_parameters["auto"] = commit.is_automatic ? "true" : "false";
	SetMetrics(counts, files, change.operation_metrics);
	change.added_files = std::move(files);
	return change;
}

} // namespace merganser
