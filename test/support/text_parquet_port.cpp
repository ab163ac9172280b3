#include "support/text_parquet_port.hpp"

#include "base/error.hpp"
#include "protocol/action_json.hpp"
#include "store/object_store.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

namespace merganser {

std::string TextParquetPort::Encode(const std::vector<Action> &actions) {
	std::string text = MAGIC;
	for (auto &action : actions) {
		text += WriteAction(action) + "\n";
	}
	return text;
}

//! As the columns of a Parquet file do.
static bool MayHold(CheckpointFileKind kind, const Action &action) {
	switch (kind) {
	case CheckpointFileKind::V1:
		return !std::holds_alternative<CheckpointMetadata>(action) && !std::holds_alternative<Sidecar>(action);
	case CheckpointFileKind::V2:
		return true;
	case CheckpointFileKind::SIDECAR:
		return std::holds_alternative<RemoveFile>(action);
	}
	return false;
}

std::vector<uint64_t> TextParquetPort::CountRows(ObjectStore &store, const std::vector<std::string> &files) {
	std::vector<uint64_t> counts;
	for (auto &file : files) {
		const auto text = Load(store, file);
		counts.push_back(uint64_t(std::count(text.begin(), text.end(), '\n')));
	}
	return counts;
}

void TextParquetPort::ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
                                     const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) {
	read_count++;
	stats_read_count += request.stats;
	std::vector<std::vector<Action>> contents;
	std::vector<std::pair<uint32_t, uint64_t>> batches;
	for (auto &file : request.files) {
		auto &actions = contents.emplace_back();
		ParseActions(Load(store, file), file, [&](Action &&action) { actions.push_back(std::move(action)); });
		for (uint64_t first = 0; first < actions.size(); first += rows_per_batch) {
			batches.emplace_back(uint32_t(contents.size() - 1), first);
		}
	}
	std::atomic<size_t> next {0};
	std::mutex lock;
	std::exception_ptr failure;
	auto work = [&] {
		try {
			for (size_t i = next++; i < batches.size(); i = next++) {
				cancel.Check();
				GiveBatch(contents[batches[i].first], batches[i], request, consume);
			}
		} catch (...) {
			std::lock_guard<std::mutex> guard(lock);
			failure = std::current_exception();
		}
	};
	std::thread other(work);
	work();
	other.join();
	if (failure) {
		std::rethrow_exception(failure);
	}
}

PutOutcome TextParquetPort::WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
                                            uint64_t &size_bytes) {
	std::string text = MAGIC;
	while (const auto owned = source.Next()) {
		auto &rows = owned->rows;
		std::vector<std::string> lines(rows.count);
		size_t extra = 0;
		for (uint32_t row = 0; row < rows.count; row++) {
			while (extra < rows.extras.size() && rows.extras[extra].row < row) {
				extra++;
			}
			const bool has_extra = extra < rows.extras.size() && rows.extras[extra].row == row;
			lines[row] =
			    rows.is_add[row] ? WriteAction(FileOf(rows, row, has_extra ? &rows.extras[extra] : nullptr)) : "";
		}
		for (auto &[row, action] : rows.others) {
			Verify(MayHold(source.Kind(), action), "a checkpoint file has a column for each of its actions");
			lines[row] = WriteAction(action);
		}
		for (auto &line : lines) {
			Verify(!line.empty(), "every row of a checkpoint holds one action");
			text += line + "\n";
		}
	}
	size_bytes = text.size();
	return store.PutIfAbsent(path, text);
}

std::string TextParquetPort::Load(ObjectStore &store, const std::string &file) {
	auto text = GetObject(store, file);
	if (!text.starts_with(MAGIC)) {
		throw Error(ErrorKind::CORRUPT, file + " is not a checkpoint");
	}
	return text.substr(std::string_view(MAGIC).size());
}

AddFile TextParquetPort::FileOf(const CheckpointRows &rows, uint32_t row, const CheckpointRows::AddExtras *extras) {
	AddFile file;
	file.path = std::string(rows.path[row]);
	file.size = rows.size[row];
	file.modification_time = rows.modification_time[row];
	file.data_change = false;
	if (rows.stats[row].data()) {
		file.stats = std::string(rows.stats[row]);
	}
	for (auto at = rows.partition_offsets[row]; at < rows.partition_offsets[row + 1]; at++) {
		auto &entry = rows.partition_entries[at];
		file.partition_values[std::string(entry.key)] =
		    entry.is_null ? std::nullopt : std::optional(std::string(entry.value));
	}
	if (extras) {
		file.deletion_vector = extras->deletion_vector;
		file.tags = extras->tags;
		file.base_row_id = extras->base_row_id;
		file.default_row_commit_version = extras->default_row_commit_version;
		file.clustering_provider = extras->clustering_provider;
	}
	return file;
}

void TextParquetPort::AddRow(CheckpointRows &rows, const AddFile &file, const CheckpointReadRequest &request) {
	const uint32_t row = rows.count;
	rows.is_add.push_back(1);
	if (request.stats) {
		rows.stats.push_back(file.stats ? std::string_view(*file.stats) : std::string_view());
	}
	if (!request.add_files) {
		return;
	}
	rows.path.push_back(file.path);
	rows.size.push_back(file.size);
	rows.modification_time.push_back(file.modification_time);
	for (auto &[key, value] : file.partition_values) {
		const auto text = value ? std::string_view(*value) : std::string_view();
		rows.partition_entries.push_back(CheckpointRows::PartitionEntry {key, text, !value});
	}
	if (file.deletion_vector || file.tags || file.base_row_id || file.default_row_commit_version ||
	    file.clustering_provider) {
		rows.extras.push_back(CheckpointRows::AddExtras {row, file.deletion_vector, file.tags, file.base_row_id,
		                                                 file.default_row_commit_version, file.clustering_provider});
	}
}

void TextParquetPort::GiveBatch(const std::vector<Action> &actions, std::pair<uint32_t, uint64_t> batch,
                                const CheckpointReadRequest &request,
                                const std::function<void(CheckpointRows &)> &consume) const {
	CheckpointRows rows;
	rows.file = batch.first;
	rows.first_row = batch.second;
	if (request.add_files) {
		rows.partition_offsets.push_back(0);
	}
	for (uint64_t at = batch.second; at < actions.size() && at < batch.second + rows_per_batch; at++) {
		auto added = std::get_if<AddFile>(&actions[at]);
		if (added) {
			AddRow(rows, *added, request);
		} else {
			rows.is_add.push_back(0);
			if (request.stats) {
				rows.stats.emplace_back();
			}
			if (request.add_files) {
				rows.path.emplace_back();
				rows.size.push_back(0);
				rows.modification_time.push_back(0);
			}
			const bool is_remove = std::holds_alternative<RemoveFile>(actions[at]);
			if (is_remove ? request.removes : request.others) {
				rows.others.emplace_back(rows.count, actions[at]);
			}
		}
		if (request.add_files) {
			rows.partition_offsets.push_back(uint32_t(rows.partition_entries.size()));
		}
		rows.count++;
	}
	consume(rows);
}

} // namespace merganser
