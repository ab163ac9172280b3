#include "log/checkpoint_columns.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <limits>

namespace merganser {

namespace {

//! The values of one partition key in one call: rows with codes into a dictionary of the call.
struct LocalColumn {
	std::string_view key;
	std::unordered_map<std::string_view, uint32_t, StringHash> code_of;
	std::vector<std::string_view> values;
	std::vector<std::pair<uint32_t, uint32_t>> row_codes;
	std::string_view last_value;
	uint32_t last_code = 0;

	uint32_t CodeOf(std::string_view value) {
		// Files of one partition mostly stand together.
		if (!values.empty() && value == last_value) {
			return last_code;
		}
		auto [found, is_new] = code_of.try_emplace(value, uint32_t(values.size()));
		if (is_new) {
			values.push_back(value);
		}
		last_value = value;
		last_code = found->second;
		return last_code;
	}
};

LocalColumn &ColumnOf(std::vector<LocalColumn> &columns, std::string_view key, size_t position) {
	if (position < columns.size() && columns[position].key == key) {
		return columns[position];
	}
	for (auto &column : columns) {
		if (column.key == key) {
			return column;
		}
	}
	columns.emplace_back();
	columns.back().key = key;
	return columns.back();
}

} // namespace

CheckpointColumns::CheckpointColumns(std::string source_p, const std::vector<uint64_t> &row_counts)
    : source(std::move(source_p)) {
	uint64_t total = 0;
	for (auto count : row_counts) {
		first_rows.push_back(total);
		total += count;
		if (count >= std::numeric_limits<uint32_t>::max() || total >= std::numeric_limits<uint32_t>::max()) {
			throw Error(ErrorKind::UNSUPPORTED, source + " has more rows than Merganser can hold");
		}
	}
	first_rows.push_back(total);
	columns = std::make_shared<FileColumns>(uint32_t(total));
	is_add.resize(total);
}

void CheckpointColumns::Consume(CheckpointRows &rows) {
	Verify(rows.file + 1 < first_rows.size(), "a checkpoint's rows name their file");
	const uint64_t first = first_rows[rows.file] + rows.first_row;
	if (first + rows.count > first_rows[rows.file + 1]) {
		throw Error(ErrorKind::CORRUPT, source + " has more rows than its footer says");
	}
	Verify(rows.is_add.size() >= rows.count && rows.path.size() >= rows.count && rows.size.size() >= rows.count &&
	           rows.modification_time.size() >= rows.count,
	       "a checkpoint's columns are of one length");
	uint64_t file_count = 0;
	uint64_t bytes = 0;
	ConsumePaths(rows, uint32_t(first), file_count, bytes);
	ConsumePartitions(rows, uint32_t(first));
	ConsumeExtras(rows, uint32_t(first));
	std::lock_guard<std::mutex> guard(lock);
	row_count += rows.count;
	live_count += file_count;
	live_bytes += bytes;
	for (auto &entry : rows.others) {
		others.push_back(std::move(entry.second));
	}
}

void CheckpointColumns::ConsumePaths(const CheckpointRows &rows, uint32_t first, uint64_t &file_count,
                                     uint64_t &bytes) {
	size_t path_bytes = 0;
	for (uint32_t i = 0; i < rows.count; i++) {
		path_bytes += rows.is_add[i] ? rows.path[i].size() : 0;
	}
	auto arena = std::make_shared<ByteArena>();
	arena->Reserve(path_bytes);
	for (uint32_t i = 0; i < rows.count; i++) {
		if (!rows.is_add[i]) {
			continue;
		}
		if (rows.path[i].empty() || rows.path[i].size() > std::numeric_limits<uint32_t>::max()) {
			throw Error(ErrorKind::CORRUPT, source + " has an 'add' without a path");
		}
		const uint32_t row = first + i;
		is_add[row] = 1;
		columns->SetPath(row, arena->Add(rows.path[i]));
		columns->size[row] = rows.size[i];
		columns->modification_time[row] = rows.modification_time[i];
		file_count++;
		bytes += uint64_t(std::max<int64_t>(rows.size[i], 0));
	}
	if (file_count > 0) {
		std::lock_guard<std::mutex> guard(lock);
		columns->arenas.push_back(std::move(arena));
	}
}

void CheckpointColumns::ConsumePartitions(const CheckpointRows &rows, uint32_t first) {
	if (rows.partition_entries.empty()) {
		return;
	}
	std::vector<LocalColumn> locals;
	for (uint32_t i = 0; i < rows.count; i++) {
		if (!rows.is_add[i]) {
			continue;
		}
		const uint32_t begin = rows.partition_offsets[i];
		for (uint32_t at = begin; at < rows.partition_offsets[i + 1]; at++) {
			auto &entry = rows.partition_entries[at];
			auto &column = ColumnOf(locals, entry.key, at - begin);
			if (!entry.is_null) {
				column.row_codes.emplace_back(first + i, column.CodeOf(entry.value));
			}
		}
	}
	for (auto &local : locals) {
		std::vector<uint32_t> global_codes;
		CodedColumn *column;
		{
			std::lock_guard<std::mutex> guard(lock);
			column = &columns->Partition(local.key);
			for (auto value : local.values) {
				global_codes.push_back(column->Intern(value));
			}
		}
		for (auto &[row, code] : local.row_codes) {
			column->codes[row] = global_codes[code];
		}
	}
}

void CheckpointColumns::ConsumeExtras(const CheckpointRows &rows, uint32_t first) {
	if (rows.extras.empty()) {
		return;
	}
	std::lock_guard<std::mutex> guard(lock);
	for (auto &extra : rows.extras) {
		const uint32_t row = first + extra.row;
		if (extra.deletion_vector) {
			columns->deletion_vectors.emplace_back(row, *extra.deletion_vector);
		}
		if (extra.tags) {
			columns->tags.emplace_back(row, *extra.tags);
		}
		if (extra.base_row_id) {
			columns->SetBaseRowId(row, *extra.base_row_id);
		}
		if (extra.default_row_commit_version) {
			columns->SetDefaultRowCommitVersion(row, *extra.default_row_commit_version);
		}
		if (extra.clustering_provider) {
			columns->SetClusteringProvider(row, *extra.clustering_provider);
		}
	}
}

std::shared_ptr<const FileColumns> CheckpointColumns::Finish() {
	if (row_count != first_rows.back()) {
		throw Error(ErrorKind::CORRUPT, source + " has fewer rows than its footer says");
	}
	columns->Seal();
	return columns;
}

std::shared_ptr<RowMask> CheckpointColumns::DeadRows() const {
	if (live_count == is_add.size()) {
		return nullptr;
	}
	auto mask = std::make_shared<RowMask>(columns->count);
	for (uint32_t row = 0; row < columns->count; row++) {
		if (!is_add[row]) {
			mask->Set(row);
		}
	}
	return mask;
}

} // namespace merganser
