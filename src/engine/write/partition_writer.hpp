#pragma once

#include "duckdb.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/leaf_bounds.hpp"
#include "engine/write/physical_columns.hpp"
#include "engine/write/row_group_encoder.hpp"
#include "engine/write/row_slice.hpp"
#include "engine/write/write_spec.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! How far a statement has come: says when it is too large for one file in each partition. Thread-safe.
struct WriteProgress {
	std::atomic<uint64_t> open_file_count {0};
	//! Bytes in memory of rows that wait; of rows that were written, and of the files that these became.
	std::atomic<uint64_t> waiting_bytes {0};
	std::atomic<uint64_t> encoded_bytes {0};
	std::atomic<uint64_t> file_bytes {0};
	//! Of closed files.
	std::atomic<uint64_t> row_count {0};

	//! One more may be opened.
	bool HasFewOpenFiles() const;
	//! By the files so far, and by what the waiting rows will need at least when they compress like the others.
	bool IsLarge() const;
};

//! What all files of one statement share. Thread-safe.
struct FileWriting {
	FileWriting(duckdb::ClientContext &context, WriteSpec spec, LakeTransaction &transaction);

	duckdb::ClientContext &context;
	LakeTransaction &transaction;
	const WriteSpec spec;
	const PhysicalColumns columns;
	const LeafBoundsPlan bounds;
	RowGroupEncoder encoder;
	//! Bytes of rows in memory after which a row group is written, full or not.
	const uint64_t row_group_bytes_max;
	std::atomic<uint64_t> next_file_number {0};
	std::atomic<uint64_t> byte_count {0};
	WriteProgress progress;

	std::mutex lock;
	std::vector<AddFile> added_files;

	//! A finished file of so many rows.
	void AddFinished(AddFile added, uint64_t rows);
	bool IsFullRowGroup(uint64_t rows, uint64_t bytes) const;
	duckdb::unique_ptr<duckdb::ColumnDataCollection> NewRows() const;
};

//! Writes the rows of one partition (or of a table without partitions) into as few files as their size asks for.
//! Thread-safe: row groups are encoded in parallel and go into one file.
class PartitionWriter {
public:
	PartitionWriter(FileWriting &writing, PartitionValues values, std::string folder);
	~PartitionWriter();

	//! Takes rows that may wait for more: the rest of a thread, a small part of a partition. Full row groups are
	//! written unless that needs one open file too many.
	void Add(RowSlice rows);
	//! Takes rows that wait until WriteRest or Finish.
	void AddWaiting(std::vector<RowSlice> rows);
	//! What a thread has at its end: a row group of its own from a `part`-th of a full one on, else rows that wait.
	void AddRest(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows, uint64_t part);
	//! Nothing without a row.
	void WriteRowGroup(std::vector<RowSlice> rows);
	void WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	//! Writes what waits as long as it is at least so many bytes, unless that needs one open file too many.
	void WriteWaiting(uint64_t bytes_min);
	//! Writes what waits in row groups of one size that threads encode side by side, in the order in which it came;
	//! nothing where it is too little for that. Requires: as Finish.
	void WriteRest();
	//! Closes the open file when no thread writes into it.
	void CloseIdleFile();
	//! Writes what waits and closes the file. Requires: no other call at the same time or later.
	void Finish();

private:
	struct OpenFile;
	std::shared_ptr<OpenFile> Acquire();
	void Release(const std::shared_ptr<OpenFile> &file);
	void Close(OpenFile &file);
	void Append(OpenFile &file, EncodedRowGroup rows);
	void Wait(RowSlice rows);
	RowSlice TakeFirst(uint64_t rows_max);
	//! What waits, divided; nothing where that does not pay.
	std::vector<RowPieces> DivideRest();
	void WriteSideBySide(std::vector<std::vector<RowSlice>> row_groups);
	//! Oldest waiting rows, a full row group at most; nothing when there are neither `bytes_min` nor enough for a row
	//! group.
	std::vector<RowSlice> TakeWaiting(uint64_t bytes_min, bool may_open_file);
	void WriteWaiting(uint64_t bytes_min, bool may_open_file);

	FileWriting &writing;
	const PartitionValues values;
	const std::string folder;
	std::mutex lock;
	//! Spilled by the buffer manager when memory is short.
	std::deque<RowSlice> waiting;
	uint64_t waiting_rows = 0;
	uint64_t waiting_bytes = 0;
	//! The file that takes further row groups.
	std::shared_ptr<OpenFile> current;
};

//! Setting `merganser_row_group_size`: rows of a row group at most, from 1 on.
void RegisterRowGroupSize(duckdb::DatabaseInstance &db);
uint64_t RowGroupRows(duckdb::ClientContext &context);

} // namespace merganser
