#pragma once

#include "duckdb.hpp"
#include "engine/port/parquet_file.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/leaf_bounds.hpp"
#include "engine/write/physical_columns.hpp"
#include "engine/write/write_spec.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! What all files of one statement share. Thread-safe.
struct FileWriting {
	FileWriting(duckdb::ClientContext &context, WriteSpec spec, LakeTransaction &transaction);

	duckdb::ClientContext &context;
	LakeTransaction &transaction;
	const WriteSpec spec;
	const PhysicalColumns columns;
	const ParquetFormat format;
	const LeafBoundsPlan bounds;
	//! Bytes of rows in memory after which a row group is written, full or not.
	const uint64_t row_group_bytes_max;
	std::atomic<uint64_t> next_file_number {0};
	std::atomic<uint64_t> open_file_count {0};
	std::atomic<uint64_t> byte_count {0};

	std::mutex lock;
	std::vector<AddFile> added_files;

	bool IsFullRowGroup(uint64_t rows, uint64_t bytes) const;
	duckdb::unique_ptr<duckdb::ColumnDataCollection> NewRows() const;
};

//! Writes the rows of one partition (or of a table without partitions) into as few files as their size asks for.
//! Thread-safe: row groups are encoded in parallel and go into one file.
class PartitionWriter {
public:
	PartitionWriter(FileWriting &writing, PartitionValues values, std::string folder);
	~PartitionWriter();

	//! Takes rows that may wait for more: the rest of a thread, a small part of a partition. `bytes`: about what they
	//! need in memory.
	void Add(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows, uint64_t bytes);
	//! Requires: at least one row.
	void WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	//! Writes what waits, if it is at least so many bytes.
	void WriteWaiting(uint64_t bytes_min);
	//! Closes the open file when no thread writes into it.
	void CloseIdleFile();
	//! Writes what waits and closes the file. Requires: no other call at the same time or later.
	void Finish();

private:
	struct OpenFile;
	std::shared_ptr<OpenFile> Acquire();
	void Release(const std::shared_ptr<OpenFile> &file);
	void Close(OpenFile &file);

	FileWriting &writing;
	const PartitionValues values;
	const std::string folder;
	std::mutex lock;
	duckdb::unique_ptr<duckdb::ColumnDataCollection> waiting;
	uint64_t waiting_bytes = 0;
	//! The file that takes further row groups.
	std::shared_ptr<OpenFile> current;
};

} // namespace merganser
