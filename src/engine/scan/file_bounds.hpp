#pragma once

#include "duckdb.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "log/snapshot.hpp"
#include "scan/file_pruning.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! What the log says about rows and values of files, in DuckDB's words. Everything that is not certain is left out,
//! because DuckDB drops filters and answers MIN, MAX and COUNT from it. Thread-safe.
class FileBounds {
public:
	explicit FileBounds(SnapshotPtr snapshot);

	//! Rows without the deleted ones; nullopt when the log does not say.
	std::optional<uint64_t> LiveRows(FileRef file) const;
	//! Of all live files together.
	std::optional<uint64_t> LiveRows() const;
	//! Bounds and NULLs of a column in one file; nullptr for types whose bounds are not kept (strings, floats, nested
	//! …).
	duckdb::unique_ptr<duckdb::BaseStatistics> OfFile(size_t field, FileRef file) const;
	//! The same over files together; nullptr when one of them has no bounds.
	duckdb::unique_ptr<duckdb::BaseStatistics> OfFiles(size_t field, const FileSelection &selection) const;
	//! True when a live row has the minimum that OfFile gives, and one the maximum.
	bool IsExact(size_t field, FileRef file) const;

private:
	struct Bounds {
		std::optional<Scalar> min;
		std::optional<Scalar> max;
		bool may_be_null = true;
		bool all_null = false;
	};

	bool HasBounds(size_t field) const;
	//! nullopt when values are there whose bounds are not known.
	std::optional<Bounds> Read(size_t field, FileRef file) const;
	std::optional<Bounds> ReadPartition(size_t partition_column, size_t field, FileRef file) const;
	std::shared_ptr<const StatisticsTable> Statistics(uint32_t batch, std::optional<size_t> leaf) const;
	duckdb::unique_ptr<duckdb::BaseStatistics> ToDuckDB(const Bounds &bounds, const DataType &type) const;

	const SnapshotPtr snapshot;
	//! By field: index into metadata.partition_columns or into DataLeaves().
	std::vector<std::optional<size_t>> partition_columns;
	std::vector<std::optional<size_t>> leaves;
	//! Tables that were asked for, so that a batch is not asked once per file.
	mutable std::mutex lock;
	mutable std::map<std::pair<uint32_t, size_t>, std::shared_ptr<const StatisticsTable>> tables;
};

} // namespace merganser
