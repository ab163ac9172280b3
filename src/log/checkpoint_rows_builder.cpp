#include "log/checkpoint_rows_builder.hpp"

namespace merganser {

CheckpointRowsBuilder::CheckpointRowsBuilder() {
	Take();
}

std::unique_ptr<OwnedCheckpointRows> CheckpointRowsBuilder::Take() {
	auto full = std::move(owned);
	owned = std::make_unique<OwnedCheckpointRows>();
	owned->rows.partition_offsets.push_back(0);
	return full;
}

void CheckpointRowsBuilder::StartRow(bool is_add) {
	auto &rows = owned->rows;
	rows.count++;
	rows.is_add.push_back(is_add);
	rows.path.emplace_back();
	rows.size.push_back(0);
	rows.modification_time.push_back(0);
	rows.stats.emplace_back();
}

void CheckpointRowsBuilder::AddFileRow(const AddFile &file) {
	StartRow(true);
	auto &rows = owned->rows;
	auto &arena = owned->arena;
	rows.path.back() = arena.Add(file.path);
	rows.size.back() = file.size;
	rows.modification_time.back() = file.modification_time;
	if (file.stats) {
		rows.stats.back() = arena.Add(*file.stats);
	}
	for (auto &[key, value] : file.partition_values) {
		const auto text = value ? arena.Add(*value) : std::string_view();
		rows.partition_entries.push_back(CheckpointRows::PartitionEntry {arena.Add(key), text, !value});
	}
	rows.partition_offsets.push_back(uint32_t(rows.partition_entries.size()));
	if (file.deletion_vector || file.tags || file.base_row_id || file.default_row_commit_version ||
	    file.clustering_provider) {
		rows.extras.push_back(CheckpointRows::AddExtras {rows.count - 1, file.deletion_vector, file.tags,
		                                                 file.base_row_id, file.default_row_commit_version,
		                                                 file.clustering_provider});
	}
}

void CheckpointRowsBuilder::CopyFileRow(const CheckpointRows &source, uint32_t row,
                                        const CheckpointRows::AddExtras *extras) {
	StartRow(true);
	auto &rows = owned->rows;
	auto &arena = owned->arena;
	rows.path.back() = arena.Add(source.path[row]);
	rows.size.back() = source.size[row];
	rows.modification_time.back() = source.modification_time[row];
	if (row < source.stats.size() && source.stats[row].data()) {
		rows.stats.back() = arena.Add(source.stats[row]);
	}
	if (!source.partition_offsets.empty()) {
		for (auto at = source.partition_offsets[row]; at < source.partition_offsets[row + 1]; at++) {
			auto entry = source.partition_entries[at];
			entry.key = arena.Add(entry.key);
			entry.value = arena.Add(entry.value);
			rows.partition_entries.push_back(entry);
		}
	}
	rows.partition_offsets.push_back(uint32_t(rows.partition_entries.size()));
	if (extras) {
		rows.extras.push_back(*extras);
		rows.extras.back().row = rows.count - 1;
	}
}

void CheckpointRowsBuilder::AddOther(Action action) {
	StartRow(false);
	auto &rows = owned->rows;
	rows.partition_offsets.push_back(uint32_t(rows.partition_entries.size()));
	rows.others.emplace_back(rows.count - 1, std::move(action));
}

} // namespace merganser
