#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "engine/session/scan_record.hpp"
#include "log/snapshot.hpp"

#include <memory>
#include <string>
#include <vector>

namespace merganser {

struct ChosenRows;
class DeletionVectorCache;
struct FileOfChanges;

//! What a scan reads. The snapshot already includes the transaction's own changes.
struct ScanTarget {
	SnapshotPtr snapshot;
	//! For EXPLAIN and messages.
	std::string display_name;
	//! The catalog entry for BindInfo, nullptr for read_delta().
	duckdb::TableCatalogEntry *entry = nullptr;
	//! Filled with what the scan reads, for the transaction's read set; nullptr when nobody asks (read_delta, time
	//! travel).
	std::shared_ptr<ScanRecord> record;
	//! Rows of a second read, see RowRead; nullptr: all.
	std::shared_ptr<const ChosenRows> chosen;
	//! For table_changes: what the files of the snapshot are, row by row of its one batch; the columns are those of
	//! ChangeFeedConfiguration. nullptr: the snapshot is a version of the table.
	std::shared_ptr<const std::vector<FileOfChanges>> changes;
	//! Of an earlier scan of the snapshot, so that no vector is read twice; nullptr: of its own.
	std::shared_ptr<DeletionVectorCache> deletion_vectors;
};

//! DuckDB's Parquet scan set up on the table: file list, pruning, column mapping, partition constants, deletion
//! vectors, virtual columns, statistics. No data file is opened.
duckdb::TableFunction MakeLakeScan(duckdb::ClientContext &context, ScanTarget target,
                                   duckdb::unique_ptr<duckdb::FunctionData> &bind_data);

//! Virtual columns of every Merganser table: `filename`, `file_row_number`, `_commit_version`, `_row_id`,
//! `_row_commit_version`, plus DuckDB's internal ones.
duckdb::virtual_column_map_t LakeVirtualColumns();

//! What identifies a physical row for DELETE, UPDATE and MERGE: (file_index, file_row_number).
duckdb::vector<duckdb::column_t> LakeRowIdColumns();

//! Names and DuckDB types of the table's columns, in schema order (logical names).
void TableColumns(const Snapshot &snapshot, duckdb::vector<std::string> &names,
                  duckdb::vector<duckdb::LogicalType> &types);

//! Registered under the scan's name, so that DuckDB finds the way back when it copies a plan. Not for users.
duckdb::TableFunction MakeScanStub();

//! `read_delta(path, version => n, timestamp => t)`: a table without ATTACH. Registered by RegisterMerganser.
duckdb::TableFunction MakeReadDelta();

} // namespace merganser
