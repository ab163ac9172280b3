#pragma once

#include "engine/parquet/chunk_file.hpp"
#include "engine/write/data_file.hpp"
#include "engine/write/partition_writer.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! Files of one partition: row groups go into one file until it is as large as the table's should be. Thread-safe.
class PageOutput {
public:
	//! Requires: writing outlives it.
	PageOutput(FileWriting &writing, PartitionValues values, std::string folder);
	~PageOutput();

	void WriteRowGroup(uint64_t row_count, std::vector<ChunkPiece> pieces);
	//! Closes the open file. Requires: no other call at the same time or later.
	void Finish();

private:
	struct OpenFile;
	void Close();

	FileWriting &writing;
	const PartitionValues values;
	const std::string folder;
	std::mutex lock;
	std::unique_ptr<OpenFile> current;
};

} // namespace merganser
