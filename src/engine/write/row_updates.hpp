#pragma once

#include "duckdb.hpp"
#include "engine/write/change_files.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/returned_rows.hpp"
#include "engine/write/row_deleter.hpp"
#include "log/snapshot.hpp"

#include <vector>

namespace merganser {

//! Where updated rows go.
struct RowUpdates {
	SnapshotPtr snapshot;
	FileSink &sink;
	//! Those whose updated rows are written, by FileIndexOf.
	const std::vector<uint64_t> &files;
	//! nullptr without RETURNING.
	ReturnedRows *returned = nullptr;
	//! nullptr without change data feed.
	ChangeFiles *change_files = nullptr;
};

//! Reads the rows of the files that are updated, gives the sink their new selves, and returns where the old ones stand.
//! A row that the update leaves as it is is not written and not in the result.
RowsByFile WriteUpdatedRows(duckdb::ClientContext &context, const RowUpdates &updates, ChangedRows &changes);

//! Reads rows that are deleted, for RETURNING.
void ReturnDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes,
                       ReturnedRows &returned);
//! The same, for the change data feed.
void RecordDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes,
                       ChangeFiles &change_files);

} // namespace merganser
