#include "engine/scan/file_layouts.hpp"

#include "engine/scan/parquet_columns.hpp"

#include <algorithm>

namespace merganser {

void FileLayouts::Note(uint64_t file_index, duckdb::BaseFileReader &reader,
                       const duckdb::vector<duckdb::MultiFileColumnDefinition> &columns) {
	auto &parquet = AsParquetReader(reader);
	auto file_starts = RowGroupStarts(parquet);
	std::lock_guard<std::mutex> guard(lock);
	if (!file_starts.empty()) {
		starts[file_index] = std::move(file_starts);
	}
	if (!field_bytes.empty()) {
		return;
	}
	const auto bytes = ColumnBytes(parquet);
	for (const auto &column : columns) {
		const auto *found = FindByNumber(reader, column.identifier);
		const auto known = found ? bytes.find(found->name) : bytes.end();
		field_bytes.push_back(known == bytes.end() ? 0 : known->second);
	}
}

size_t FileLayouts::RowGroupOf(uint64_t file_index, uint64_t position) const {
	std::lock_guard<std::mutex> guard(lock);
	const auto file = starts.find(file_index);
	if (file == starts.end()) {
		return 0;
	}
	return size_t(std::upper_bound(file->second.begin(), file->second.end(), position) - file->second.begin());
}

std::vector<uint64_t> FileLayouts::FieldBytes() const {
	std::lock_guard<std::mutex> guard(lock);
	return field_bytes;
}

} // namespace merganser
