#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "log/snapshot.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! The version with the columns of row tracking behind those of its table, to read rows that are written anew
//! (RowRead); the version itself where rows have no ids to keep.
SnapshotPtr WithRowTracking(const SnapshotPtr &snapshot);

//! Puts ids and commit versions into rows that were read (PROTOCOL.md, "Reader Requirements for Row Tracking"): what
//! the file has kept of them, else what the log says. Both stay NULL in a file that is not committed yet: its rows get
//! them with the commit. Immutable.
class RowTrackingValues {
public:
	//! `fields`: of the snapshot's schema, in the order of the rows' columns. `snapshot` outlives this.
	RowTrackingValues(const Snapshot &snapshot, const std::vector<size_t> &fields);

	//! `position_column`: where the rows stand in their file. Requires: all are of one file.
	void Set(duckdb::DataChunk &rows, FileRef file, duckdb::idx_t position_column) const;
	//! True where the rows have a column of row tracking.
	bool IsWanted() const {
		return row_id.has_value() || row_commit_version.has_value();
	}

private:
	const Snapshot &snapshot;
	//! Among the rows' columns.
	std::optional<duckdb::idx_t> row_id;
	std::optional<duckdb::idx_t> row_commit_version;
};

//! Virtual columns: the row's id and the version that inserted it or updated it last, NULL where the table has no row
//! tracking or the row is not committed yet.
static constexpr duckdb::column_t ROW_ID_COLUMN = UINT64_C(9223372036854776833);
static constexpr duckdb::column_t ROW_COMMIT_VERSION_COLUMN = UINT64_C(9223372036854776834);

inline bool IsRowTrackingColumn(duckdb::column_t column) {
	return column == ROW_ID_COLUMN || column == ROW_COMMIT_VERSION_COLUMN;
}
//! False: both are NULL in every row of the file.
bool HasRowTracking(const Snapshot &snapshot, FileRef file);

//! The column's value in a row of the file. What it needs of the file, the reader reads from its next local column on:
//! it is told to read what the file has kept; the caller adds the row number behind it. Requires: HasRowTracking.
duckdb::unique_ptr<duckdb::Expression> RowTrackingExpression(duckdb::ClientContext &context, const Snapshot &snapshot,
                                                             FileRef file, duckdb::BaseFileReader &reader,
                                                             duckdb::column_t column);

//! Filters on these columns, of one scan. DuckDB evaluates a filter in the file's reader, over one column of the file,
//! and these are made of two: they are taken out there and applied to what was read. Thread-safe.
class RowTrackingFilters : public duckdb::MultiFileReaderGlobalState {
public:
	explicit RowTrackingFilters(const duckdb::MultiFileList &files);

	//! Takes them out of the filters of a file, which are the same for all files, but for what a running join or top-N
	//! says of them: these look at the rows again.
	void TakeFrom(duckdb::TableFilterSet &filters, const duckdb::vector<duckdb::ColumnIndex> &column_ids);
	//! Keeps the rows that they let through. `rows`: what the file's expressions refer to.
	void Apply(duckdb::ClientContext &context, const duckdb::MultiFileReaderData &file, duckdb::DataChunk &rows);

private:
	std::mutex lock;
	bool is_set = false;
	//! By column of the scan, over the column alone.
	std::map<duckdb::idx_t, duckdb::unique_ptr<duckdb::Expression>> conditions;
};

} // namespace merganser
