#include "maintain/optimize_plan.hpp"

#include "protocol/file_statistics.hpp"

#include <memory>
#include <utility>

namespace merganser {

namespace {

//! Why a file is in a plan.
enum class Need : uint8_t {
	//! For nothing.
	NONE,
	//! Only together with others.
	SMALL,
	//! Also alone.
	ALONE
};

class Chooser {
public:
	Chooser(const Snapshot &snapshot_p, const FilePartitions &partitions_p, const OptimizeOptions &options_p)
	    : files(snapshot_p.files), partitions(partitions_p), options(options_p) {
	}

	Need Of(FileRef file) {
		if (!options.chosen_partitions.empty() && !options.chosen_partitions[partitions.NumberOf(file)]) {
			return Need::NONE;
		}
		const auto &batch = files.BatchOf(file);
		if (batch.CommitVersion(file.row) > options.newest_version) {
			return Need::NONE;
		}
		if (options.keeps_other_providers && IsOfOtherProvider(batch, file)) {
			return Need::NONE;
		}
		if (HasManyDeletedRows(batch, file)) {
			return Need::ALONE;
		}
		if (!options.clustered_by.empty() && !IsClustered(batch, file)) {
			return Need::ALONE;
		}
		return IsSmallFile(batch.SizeBytes(file.row), options.target_file_size_bytes) ? Need::SMALL : Need::NONE;
	}

private:
	bool HasManyDeletedRows(const FileBatch &batch, FileRef file) {
		const auto *vector = batch.DeletionVector(file.row);
		if (!vector || vector->cardinality == 0) {
			return false;
		}
		if (!options.may_load_statistics) {
			return merganser::HasManyDeletedRows(batch.ToAddFile(file.row), options.deleted_share_max);
		}
		if (!statistics || statistics_batch != file.batch) {
			statistics = batch.Statistics({});
			statistics_batch = file.batch;
		}
		const auto rows = statistics->num_records[file.row];
		return rows <= 0 || double(vector->cardinality) > options.deleted_share_max * double(rows);
	}

	static bool IsOfOtherProvider(const FileBatch &batch, FileRef file) {
		const auto provider = batch.ToAddFile(file.row).clustering_provider;
		return provider && *provider != CLUSTERING_PROVIDER;
	}

	bool IsClustered(const FileBatch &batch, FileRef file) const {
		const auto added = batch.ToAddFile(file.row);
		if (!added.tags) {
			return false;
		}
		const auto tag = added.tags->find(CLUSTERED_BY_TAG);
		return tag != added.tags->end() && tag->second == options.clustered_by;
	}

	const FileList &files;
	const FilePartitions &partitions;
	const OptimizeOptions &options;
	//! Of the batch that was last asked for.
	std::shared_ptr<const StatisticsTable> statistics;
	uint32_t statistics_batch = 0;
};

struct ChosenFile {
	FileRef file;
	uint32_t partition = 0;
	bool is_needed_alone = false;
};

//! By partition, else in their order.
std::vector<ChosenFile> SortByPartition(std::vector<ChosenFile> chosen, size_t partition_count) {
	if (partition_count == 1) {
		return chosen;
	}
	std::vector<size_t> next(partition_count + 1);
	for (const auto &file : chosen) {
		next[file.partition + 1]++;
	}
	for (size_t i = 1; i < next.size(); i++) {
		next[i] += next[i - 1];
	}
	std::vector<ChosenFile> sorted(chosen.size());
	for (const auto &file : chosen) {
		sorted[next[file.partition]++] = file;
	}
	return sorted;
}

} // namespace

bool HasManyDeletedRows(const AddFile &file, double share_max) {
	if (!file.deletion_vector || file.deletion_vector->cardinality == 0 || !file.stats) {
		return false;
	}
	const auto rows = ParseStatistics(*file.stats, {}).num_records;
	return rows && double(file.deletion_vector->cardinality) > share_max * double(*rows);
}

OptimizePlan PlanOptimize(const Snapshot &snapshot, const FilePartitions &partitions, const OptimizeOptions &options) {
	Chooser chooser(snapshot, partitions, options);
	std::vector<ChosenFile> chosen;
	snapshot.files.ForEachLive([&](FileRef file) {
		const auto need = chooser.Of(file);
		if (need != Need::NONE) {
			chosen.push_back({file, partitions.NumberOf(file), need == Need::ALONE});
		}
	});
	chosen = SortByPartition(std::move(chosen), partitions.Count());

	OptimizePlan plan;
	for (size_t next = 0; next < chosen.size();) {
		OptimizeGroup group;
		group.begin = plan.files.size();
		group.partition = chosen[next].partition;
		bool is_needed = false;
		for (; next < chosen.size() && chosen[next].partition == group.partition; next++) {
			const auto bytes = snapshot.files.BatchOf(chosen[next].file).SizeBytes(chosen[next].file.row);
			const bool is_first = plan.files.size() == group.begin;
			if (!is_first && group.bytes + bytes > options.group_bytes_max) {
				break;
			}
			is_needed = is_needed || chosen[next].is_needed_alone;
			group.bytes += bytes;
			plan.files.push_back(chosen[next].file);
			plan.is_needed_alone.push_back(chosen[next].is_needed_alone);
		}
		// A small file alone is as good as it gets.
		if (!is_needed && plan.files.size() - group.begin < options.joined_files_min) {
			plan.files.resize(group.begin);
			plan.is_needed_alone.resize(group.begin);
			continue;
		}
		group.end = plan.files.size();
		plan.bytes += group.bytes;
		plan.groups.push_back(group);
	}
	return plan;
}

} // namespace merganser
