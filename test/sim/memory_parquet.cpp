#include "memory_parquet.hpp"

#include "base/error.hpp"
#include "protocol/action_json.hpp"

#include <map>

namespace merganser {

namespace {

std::vector<Action> ReadActions(ObjectStore &store, const std::string &path) {
	std::vector<Action> actions;
	ParseActions(GetObject(store, path), path, [&](Action &&action) { actions.push_back(std::move(action)); });
	return actions;
}

void AppendAdd(CheckpointRows &rows, uint32_t row, const AddFile &add) {
	rows.is_add[row] = 1;
	rows.path[row] = add.path;
	rows.size[row] = add.size;
	rows.modification_time[row] = add.modification_time;
	if (add.stats) {
		rows.stats[row] = *add.stats;
	}
	for (auto &[key, value] : add.partition_values) {
		rows.partition_entries.push_back({key, value ? std::string_view(*value) : std::string_view(), !value});
	}
	if (add.deletion_vector || add.tags || add.base_row_id) {
		rows.extras.push_back({row, add.deletion_vector, add.tags, add.base_row_id, add.default_row_commit_version,
		                       add.clustering_provider});
	}
}

CheckpointRows MakeRows(const std::vector<Action> &actions, const CheckpointReadRequest &request) {
	CheckpointRows rows;
	rows.count = uint32_t(actions.size());
	rows.is_add.resize(rows.count);
	rows.path.resize(rows.count);
	rows.size.resize(rows.count);
	rows.modification_time.resize(rows.count);
	rows.stats.resize(rows.count);
	rows.partition_offsets.push_back(0);
	for (uint32_t row = 0; row < rows.count; row++) {
		if (auto add = std::get_if<AddFile>(&actions[row])) {
			AppendAdd(rows, row, *add);
		} else if (std::holds_alternative<RemoveFile>(actions[row]) ? request.removes : request.others) {
			rows.others.emplace_back(row, actions[row]);
		}
		rows.partition_offsets.push_back(uint32_t(rows.partition_entries.size()));
	}
	return rows;
}

AddFile AddOf(const CheckpointRows &rows, uint32_t row, const CheckpointRows::AddExtras *extras) {
	AddFile add;
	add.path = rows.path[row];
	add.size = rows.size[row];
	add.modification_time = rows.modification_time[row];
	add.data_change = false;
	if (row < rows.stats.size() && rows.stats[row].data()) {
		add.stats = std::string(rows.stats[row]);
	}
	if (row + 1 < rows.partition_offsets.size()) {
		for (auto i = rows.partition_offsets[row]; i < rows.partition_offsets[row + 1]; i++) {
			auto &entry = rows.partition_entries[i];
			auto value = entry.is_null ? std::nullopt : std::optional<std::string>(entry.value);
			add.partition_values.emplace(std::string(entry.key), value);
		}
	}
	if (extras) {
		add.deletion_vector = extras->deletion_vector;
		add.tags = extras->tags;
		add.base_row_id = extras->base_row_id;
		add.default_row_commit_version = extras->default_row_commit_version;
		add.clustering_provider = extras->clustering_provider;
	}
	return add;
}

} // namespace

std::vector<uint64_t> MemoryParquet::CountRows(ObjectStore &store, const std::vector<std::string> &files) {
	std::vector<uint64_t> counts;
	for (auto &file : files) {
		counts.push_back(ReadActions(store, file).size());
	}
	return counts;
}

void MemoryParquet::ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
                                   const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) {
	for (uint32_t file = 0; file < request.files.size(); file++) {
		cancel.Check();
		auto actions = ReadActions(store, request.files[file]);
		auto rows = MakeRows(actions, request);
		rows.file = file;
		consume(rows);
	}
}

PutOutcome MemoryParquet::WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
                                          uint64_t &size_bytes) {
	std::string text;
	while (const auto owned = source.Next()) {
		const auto &rows = owned->rows;
		std::map<uint32_t, const CheckpointRows::AddExtras *> extras;
		for (auto &extra : rows.extras) {
			extras[extra.row] = &extra;
		}
		for (uint32_t row = 0; row < rows.count; row++) {
			if (row < rows.is_add.size() && rows.is_add[row]) {
				auto found = extras.find(row);
				text += WriteAction(AddOf(rows, row, found == extras.end() ? nullptr : found->second)) + "\n";
			}
		}
		for (auto &[row, action] : rows.others) {
			text += WriteAction(action) + "\n";
		}
	}
	size_bytes = text.size();
	return store.PutIfAbsent(path, text);
}

} // namespace merganser
