#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "engine/scan/file_bounds.hpp"
#include "engine/scan/file_layouts.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/scan/scan_columns.hpp"
#include "engine/scan/scan_deletion.hpp"

#include "scan/change_plan.hpp"
#include "scan/file_pruning.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! What a scan had come to when DuckDB wrote its plan out: later steps of the optimizer drop filters that are true for
//! all rows of the chosen files, so that a copy must read no others.
struct SavedScan {
	//! nullptr: not chosen yet, every file.
	std::shared_ptr<const FileSelection> selection;
	PredicatePtr predicate;
};

//! What one MakeLakeScan stands for: shared by every copy that DuckDB makes of its plan. Thread-safe.
class LakeScanInfo : public duckdb::TableFunctionInfo {
public:
	LakeScanInfo(duckdb::ClientContext &context, ScanTarget target);

	const ScanTarget target;
	duckdb::DatabaseInstance &db;
	const ScanColumns columns;
	const FileBounds bounds;
	const SeenFiles seen;
	//! A column of type variant somewhere: files are opened so that its older form is understood.
	const bool has_variant;
	//! parquet_scan's own callbacks, below ours.
	struct InnerCallbacks {
		duckdb::table_function_init_global_t init = nullptr;
		duckdb::table_function_t scan = nullptr;
	};
	InnerCallbacks inner;
	//! In the connection's ScanRegistry.
	uint64_t number = 0;
	//! False while nothing is registered that DuckDB could read a copied plan back with: CTEs then stay materialised.
	bool can_be_copied = false;

	const Snapshot &GetSnapshot() const {
		return *target.snapshot;
	}
	const TableConfiguration &Configuration() const {
		return *target.snapshot->configuration;
	}
	//! The field of a scanned column, nullptr for virtual columns.
	const StructField *Field(duckdb::column_t column_id) const;
	//! nullptr where the scan reads no changes.
	const FileOfChanges *ChangesIn(FileRef file) const {
		return target.changes ? &(*target.changes)[file.row] : nullptr;
	}
	//! The column `_change_type` of a scan that reads changes: the same in all rows of a file, where ChangesIn says so.
	bool IsChangeType(duckdb::column_t column_id) const;
	//! "table 'x' version 3", to begin messages with.
	std::string Where() const;
	//! The same for a file: the version that changed its rows, where the scan reads changes.
	std::string Where(FileRef file) const;

	//! A plan may hold several scans of one target (a view used twice, late materialisation), each with its own
	//! filters. All together are what the statement reads. Returns the number of a new scan that reads `predicate`
	//! (nullptr: everything).
	size_t AddScan(PredicatePtr predicate);
	void SetScanPredicate(size_t scan, PredicatePtr predicate);
	PredicatePtr ScanPredicate(size_t scan);
	//! The scan begins to run. What a join's other side says of the rows (NarrowExecution) holds for one run: a scan
	//! that runs twice reads what was planned.
	void StartExecution(size_t scan);
	//! This run needs no row without the predicate.
	void NarrowExecution(size_t scan, PredicatePtr predicate);
	//! Returns the number to find it by.
	uint64_t Save(SavedScan saved);
	//! nullopt for a number that Save did not return.
	std::optional<SavedScan> FindSaved(uint64_t number);

private:
	void PublishLocked();

	std::mutex lock;
	struct ScanReads {
		//! nullptr: everything.
		PredicatePtr planned;
		//! nullptr: as planned.
		PredicatePtr narrowed;
		uint32_t execution_count = 0;
	};
	std::vector<ScanReads> scans;
	std::vector<SavedScan> saved_scans;
};

//! DuckDB's `file_index` of a file: the same in every pruned list and every copy of a plan, unlike DuckDB's own
//! ordinal.
inline uint64_t FileIndexOf(FileRef file) {
	return uint64_t(file.batch) << 32 | file.row;
}
inline FileRef FileOfIndex(uint64_t file_index) {
	return FileRef {uint32_t(file_index >> 32), uint32_t(file_index)};
}

} // namespace merganser
