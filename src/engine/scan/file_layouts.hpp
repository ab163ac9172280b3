#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "engine/scan/scan_deletion.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace merganser {

//! How files hold their rows, as a scan saw it in their footers. Thread-safe.
class FileLayouts {
public:
	//! `columns`: the table's columns as the reader of the file knows them, by index of the schema's field.
	void Note(uint64_t file_index, duckdb::BaseFileReader &reader,
	          const duckdb::vector<duckdb::MultiFileColumnDefinition> &columns);

	//! The number of the row group that a row is in; 0 for all rows of a file that was not noted.
	size_t RowGroupOf(uint64_t file_index, uint64_t position) const;
	//! Encoded bytes of the schema's fields in one of the files; 0 where it does not have the field. Empty: no file was
	//! noted.
	std::vector<uint64_t> FieldBytes() const;

private:
	mutable std::mutex lock;
	//! First positions of the row groups but the first one. Files with one row group are not here.
	std::map<uint64_t, std::vector<uint64_t>> starts;
	std::vector<uint64_t> field_bytes;
};

//! What a scan comes to know of the files that it opens. Shared with what changes the rows that it finds.
struct SeenFiles {
	std::shared_ptr<DeletionVectorCache> deletion_vectors;
	//! Of files whose rows are read with their positions.
	std::shared_ptr<FileLayouts> layouts;
};

} // namespace merganser
