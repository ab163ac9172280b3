#include "log/stored_batch.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Up to so many leaves are loaded at once: a later query on another column costs nothing then.
constexpr size_t LEAVES_LOADED_TOGETHER_MAX = 16;

bool SameLeaf(const LeafColumn &left, const LeafColumn &right) {
	return left.physical_path == right.physical_path && left.widened_from_float == right.widened_from_float &&
	       *left.type == *right.type;
}

std::string PartitionKey(const TableConfiguration &configuration, size_t column) {
	return configuration.GetSchema().fields[configuration.PartitionColumns()[column]].PhysicalName();
}

} // namespace

StoredBatch::StoredBatch(FileColumnsPtr columns_p, TableConfigurationPtr configuration_p)
    : columns(std::move(columns_p)), configuration(std::move(configuration_p)) {
	for (size_t i = 0; i < configuration->PartitionColumns().size(); i++) {
		const auto key = PartitionKey(*configuration, i);
		auto found = std::find_if(columns->partitions.begin(), columns->partitions.end(),
		                          [&](auto &partition) { return partition.first == key; });
		partitions.push_back(found == columns->partitions.end() ? nullptr : &found->second);
	}
}

uint32_t StoredBatch::Count() const {
	return columns->count;
}

std::string_view StoredBatch::Path(uint32_t row) const {
	return columns->Path(row);
}

uint64_t StoredBatch::SizeBytes(uint32_t row) const {
	return uint64_t(std::max<int64_t>(columns->size[row], 0));
}

int64_t StoredBatch::ModificationTime(uint32_t row) const {
	return columns->modification_time[row];
}

const DeletionVectorDescriptor *StoredBatch::DeletionVector(uint32_t row) const {
	return columns->DeletionVector(row);
}

uint32_t StoredBatch::PartitionCode(size_t column, uint32_t row) const {
	return partitions[column] ? partitions[column]->codes[row] : 0;
}

const std::vector<std::optional<std::string>> &StoredBatch::PartitionDictionary(size_t column) const {
	static const std::vector<std::optional<std::string>> ONLY_NULL = {std::nullopt};
	return partitions[column] ? partitions[column]->dictionary : ONLY_NULL;
}

std::shared_ptr<const StatisticsTable> StoredBatch::TryStatistics(const std::vector<size_t> &leaves) const {
	std::lock_guard<std::mutex> guard(statistics_lock);
	if (!statistics) {
		return nullptr;
	}
	for (auto leaf : leaves) {
		if (!statistics->leaves[leaf]) {
			return nullptr;
		}
	}
	return statistics;
}

std::shared_ptr<const StatisticsTable> StoredBatch::Statistics(const std::vector<size_t> &leaves) const {
	if (auto held = TryStatistics(leaves)) {
		return held;
	}
	std::lock_guard<std::mutex> guard(load_lock);
	if (auto held = TryStatistics(leaves)) {
		return held;
	}
	auto earlier = TryStatistics({});
	auto &all = configuration->DataLeaves();
	std::vector<size_t> wanted = leaves;
	if (all.size() <= LEAVES_LOADED_TOGETHER_MAX) {
		wanted.resize(all.size());
		for (size_t i = 0; i < all.size(); i++) {
			wanted[i] = i;
		}
	}
	std::sort(wanted.begin(), wanted.end());
	wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
	std::erase_if(wanted, [&](size_t leaf) { return earlier && earlier->leaves[leaf]; });

	StatisticsColumns loaded(Count(), all, std::move(wanted));
	FillStatistics(loaded);
	const auto added_bytes = loaded.MemoryBytes();
	auto table = loaded.Finish(earlier.get());
	std::lock_guard<std::mutex> statistics_guard(statistics_lock);
	statistics = table;
	statistics_bytes += added_bytes;
	return table;
}

void StoredBatch::CopyStatistics(const StoredBatch &other) {
	auto theirs = other.TryStatistics({});
	if (!theirs) {
		return;
	}
	auto table = std::make_shared<StatisticsTable>();
	table->num_records = theirs->num_records;
	table->tight_bounds = theirs->tight_bounds;
	auto &our_leaves = configuration->DataLeaves();
	auto &their_leaves = other.configuration->DataLeaves();
	for (auto &leaf : our_leaves) {
		auto found =
		    std::find_if(their_leaves.begin(), their_leaves.end(), [&](auto &their) { return SameLeaf(leaf, their); });
		table->leaves.push_back(found == their_leaves.end() ? nullptr
		                                                    : theirs->leaves[size_t(found - their_leaves.begin())]);
	}
	statistics = table;
	std::lock_guard<std::mutex> guard(other.statistics_lock);
	statistics_bytes = other.statistics_bytes;
}

AddFile StoredBatch::ToAddFile(uint32_t row) const {
	auto file = columns->ToAddFile(row);
	// Keys of an earlier partitioning may be among the batch's columns.
	PartitionValues values;
	for (size_t i = 0; i < partitions.size(); i++) {
		values[PartitionKey(*configuration, i)] = PartitionDictionary(i)[PartitionCode(i, row)];
	}
	file.partition_values = std::move(values);
	return file;
}

uint64_t StoredBatch::MemoryBytes() const {
	std::lock_guard<std::mutex> guard(statistics_lock);
	return sizeof(*this) + columns->MemoryBytes() + statistics_bytes;
}

CommitBatch::CommitBatch(std::shared_ptr<const CommitFiles> files_p, TableConfigurationPtr configuration_p)
    : StoredBatch(files_p->columns, std::move(configuration_p)), files(std::move(files_p)) {
}

int64_t CommitBatch::CommitVersion(uint32_t row) const {
	auto after = std::upper_bound(files->versions.begin(), files->versions.end(), row,
	                              [](uint32_t wanted, auto &run) { return wanted < run.first; });
	return after == files->versions.begin() ? -1 : std::prev(after)->second;
}

AddFile CommitBatch::ToAddFile(uint32_t row) const {
	auto file = StoredBatch::ToAddFile(row);
	if (files->stats[row].data()) {
		file.stats = std::string(files->stats[row]);
	}
	return file;
}

uint64_t CommitBatch::MemoryBytes() const {
	return StoredBatch::MemoryBytes() + files->stats.capacity() * sizeof(std::string_view) +
	       files->versions.capacity() * sizeof(files->versions[0]);
}

std::shared_ptr<const StoredBatch> CommitBatch::Rebind(TableConfigurationPtr other) const {
	auto batch = std::make_shared<CommitBatch>(files, std::move(other));
	batch->CopyStatistics(*this);
	return batch;
}

void CommitBatch::FillStatistics(StatisticsColumns &target) const {
	auto filler = target.Borrow();
	for (uint32_t row = 0; row < Count(); row++) {
		if (files->stats[row].data()) {
			filler->Fill(row, files->stats[row]);
		}
	}
	target.Return(std::move(filler));
}

CheckpointBatch::CheckpointBatch(FileColumnsPtr columns_p, CheckpointOrigin origin_p,
                                 TableConfigurationPtr configuration_p)
    : StoredBatch(std::move(columns_p), std::move(configuration_p)), origin(std::move(origin_p)) {
}

int64_t CheckpointBatch::CommitVersion(uint32_t) const {
	return -1;
}

std::shared_ptr<const StoredBatch> CheckpointBatch::Rebind(TableConfigurationPtr other) const {
	auto batch = std::make_shared<CheckpointBatch>(columns, origin, std::move(other));
	batch->CopyStatistics(*this);
	return batch;
}

void CheckpointBatch::FillStatistics(StatisticsColumns &target) const {
	CheckpointReadRequest request;
	request.files = origin.files;
	request.add_files = false;
	request.stats = true;
	request.others = false;
	auto consume = [&](CheckpointRows &rows) {
		const uint64_t first = origin.first_rows[rows.file] + rows.first_row;
		Verify(first + rows.count <= Count() && rows.stats.size() >= rows.count,
		       "a checkpoint's rows are where they were");
		auto filler = target.Borrow();
		for (uint32_t i = 0; i < rows.count; i++) {
			if (rows.is_add[i] && rows.stats[i].data()) {
				filler->Fill(uint32_t(first + i), rows.stats[i]);
			}
		}
		target.Return(std::move(filler));
	};
	try {
		origin.parquet->ReadCheckpoint(*origin.store, request, consume, CancelToken::None());
	} catch (const Error &error) {
		// Log clean-up may take a checkpoint from under a snapshot that is still read: then nothing is known and
		// nothing pruned.
		if (error.kind != ErrorKind::NOT_FOUND) {
			throw;
		}
	}
}

} // namespace merganser
