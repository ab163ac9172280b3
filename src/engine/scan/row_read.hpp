#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/execution_context.hpp"
#include "duckdb/parallel/thread_context.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/scan/scan_deletion.hpp"
#include "engine/scan/tracked_rows.hpp"

#include <memory>
#include <vector>

namespace merganser {

//! A read of chosen rows of a table outside of any plan: what a statement does when it knows which rows it changes.
//! Any number of threads share the work, row group by row group; the rows of one chunk are of one file, in ascending
//! order of their positions.
class RowRead {
public:
	//! `fields`: indexes into the schema. Behind them every chunk has file_index (UBIGINT) and file_row_number
	//! (BIGINT), as in row ids. Columns of row tracking (WithRowTracking) come filled in. `deletion_vectors`: see
	//! ScanTarget.
	RowRead(duckdb::ClientContext &context, SnapshotPtr snapshot, std::shared_ptr<const ChosenRows> chosen,
	        const std::vector<size_t> &fields, std::shared_ptr<DeletionVectorCache> deletion_vectors = nullptr);
	~RowRead();

	//! One thread's place in the read.
	class Reader {
	public:
		explicit Reader(RowRead &read);
		//! False at the end. Throws for unreadable files, naming them, and when the query is interrupted.
		bool Next(duckdb::DataChunk &rows);

	private:
		RowRead &read;
		duckdb::ThreadContext thread;
		duckdb::ExecutionContext execution;
		duckdb::unique_ptr<duckdb::LocalTableFunctionState> state;
	};

	const duckdb::vector<duckdb::LogicalType> &Types() const {
		return types;
	}
	//! Of the file that the rows are in. Requires: at least one row.
	uint64_t FileIndexOf(duckdb::DataChunk &rows) const {
		return rows.data[FileIndexColumn()].GetValue(0).GetValue<uint64_t>();
	}
	//! Positions of the columns behind the fields.
	idx_t FileIndexColumn() const {
		return types.size() - 2;
	}
	idx_t PositionColumn() const {
		return types.size() - 1;
	}

private:
	duckdb::ClientContext &context;
	const SnapshotPtr snapshot;
	const RowTrackingValues row_tracking;
	duckdb::TableFunction function;
	duckdb::unique_ptr<duckdb::FunctionData> bind_data;
	duckdb::vector<duckdb::LogicalType> types;
	const duckdb::vector<idx_t> no_projection;
	duckdb::unique_ptr<duckdb::TableFunctionInitInput> init;
	duckdb::unique_ptr<duckdb::GlobalTableFunctionState> state;
};

//! Indexes of all columns of the table.
std::vector<size_t> AllFields(const TableConfiguration &configuration);

} // namespace merganser
