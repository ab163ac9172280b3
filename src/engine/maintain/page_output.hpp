#pragma once

#include "engine/parquet/chunk_file.hpp"
#include "engine/write/data_file.hpp"
#include "engine/write/partition_writer.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! What the files of a table are made of, when they are put together from pages. Immutable.
struct PageForm {
	explicit PageForm(FileWriting &writing);

	//! Of a file without rows, as the table's are written today.
	duckdb_parquet::FileMetaData footer;
	//! Its columns, parallel to FileWriting::columns.
	std::vector<ParquetColumn> columns;
	duckdb_parquet::CompressionCodec::type codec;
};

//! Files of one partition: row groups go into one file until it is as large as the table's should be. Thread-safe.
class PageOutput {
public:
	//! Requires: writing and form outlive it.
	PageOutput(FileWriting &writing, const PageForm &form, PartitionValues values, std::string folder);
	~PageOutput();

	void WriteRowGroup(uint64_t row_count, std::vector<ChunkPiece> pieces);
	//! Closes the open file. Requires: no other call at the same time or later.
	void Finish();

private:
	struct OpenFile;
	void Close();

	FileWriting &writing;
	const PageForm &form;
	const PartitionValues values;
	const std::string folder;
	std::mutex lock;
	std::unique_ptr<OpenFile> current;
};

} // namespace merganser
