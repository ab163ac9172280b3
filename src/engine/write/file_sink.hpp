#pragma once

#include "duckdb.hpp"
#include "engine/write/constraint_check.hpp"
#include "engine/write/row_check.hpp"
#include "engine/write/partition_split.hpp"
#include "engine/write/partition_writer.hpp"
#include "engine/write/write_spec.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace merganser {

//! The one writer of data files: one per statement, fed by any number of threads. Files that a failed statement leaves
//! open vanish with it; finished ones are known to the transaction, which removes them when it does not commit. A
//! statement that writes little makes one file per partition, whatever the number of threads; a thread that brings no
//! row makes nothing. Rows of one thread stay in their order.
class FileSink {
public:
	//! What one thread has not handed over yet.
	struct Local {
		//! Less than a row group.
		std::unique_ptr<CompactRows> rows;
		//! What DuckDB would need for them.
		uint64_t bytes = 0;
		std::unique_ptr<PartitionSplit> split;
		duckdb::DataChunk data;
		//! Those rows of `data` that fit into the row group.
		duckdb::DataChunk part;
		duckdb::DataChunk keys;
		std::unique_ptr<ConstraintCheck::Local> constraints;
		bool is_ready = false;
	};

	//! Throws when the table cannot be written.
	FileSink(duckdb::ClientContext &context, WriteSpec spec, LakeTransaction &transaction);
	~FileSink();

	//! `rows` have the types of the spec. Throws for what the table may not hold, see RowCheck and
	//! ConstraintCheck.
	void Sink(Local &local, duckdb::DataChunk &rows);
	//! The two halves of Sink. Rows that stood in the table are written without a check: whoever wrote them answers for
	//! them, and they must not be in the way of deleting others.
	void Check(Local &local, duckdb::DataChunk &rows);
	void Write(Local &local, duckdb::DataChunk &rows);
	//! The thread has no more rows.
	void Combine(Local &local);
	//! Closes all files. Call once, after every Combine.
	std::vector<AddFile> Finish();

	//! Of the rows.
	const duckdb::vector<duckdb::LogicalType> &Types() const {
		return writing.spec.types;
	}
	uint64_t ByteCount() const {
		return writing.byte_count;
	}

private:
	void Prepare(Local &local);
	//! Requires: the rows fit into the row group.
	void AppendRows(Local &local, duckdb::DataChunk &rows);
	RowSlice TakeRows(Local &local);
	void SinkSplit(Local &local, duckdb::DataChunk &rows);
	void HandOver(Local &local);
	void LimitResources();
	PartitionWriter &WriterOf(size_t partition);
	std::vector<PartitionWriter *> Writers();

	FileWriting writing;
	RowCheck row_check;
	ConstraintCheck constraint_check;
	PartitionRegistry registry;
	std::mutex lock;
	//! By number of the partition; one without partitions.
	std::vector<std::unique_ptr<PartitionWriter>> writers;
};

} // namespace merganser
