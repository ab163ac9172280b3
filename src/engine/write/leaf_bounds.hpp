#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/write/physical_columns.hpp"
#include "protocol/file_statistics.hpp"

#include <string>
#include <vector>

namespace merganser {

//! A leaf whose statistics are gathered: column of the file and struct children below it.
struct BoundLeaf {
	//! Number among the table's data leaves.
	size_t number = 0;
	size_t column = 0;
	std::vector<size_t> children;
	DataTypePtr type;
};

//! Smallest and largest value and number of NULLs of one leaf, of some rows. Only the members of its type are used.
struct LeafBounds {
	int64_t null_count = 0;
	bool has_value = false;
	//! A NaN is larger than every number in DuckDB and Spark: there is no maximum that JSON can hold.
	bool has_nan = false;
	bool has_negative_zero = false;
	int64_t min_integer = 0, max_integer = 0;
	Int128 min_decimal = 0, max_decimal = 0;
	double min_number = 0, max_number = 0;
	std::string min_text, max_text;

	void Merge(const LeafBounds &other, const DataType &type);
	ColumnStatistics ToStatistics(const DataType &type) const;
};

//! The leaves that get statistics, and how to find them in rows of `columns`.
class LeafBoundsPlan {
public:
	LeafBoundsPlan(const TableConfiguration &configuration, const PhysicalColumns &columns);

	//! Bounds of all leaves over all rows. Thread-safe.
	std::vector<LeafBounds> Gather(const duckdb::ColumnDataCollection &rows) const;
	//! The same, column by column: its leaves get their bounds among those of all leaves, which begin as Empty.
	//! `place`: of the column among those of the rows.
	void GatherColumn(size_t column, const duckdb::ColumnDataCollection &rows, size_t place,
	                  std::vector<LeafBounds> &bounds) const;
	//! The same for a column that is a leaf whose bounds are known.
	void Put(size_t column, LeafBounds known, std::vector<LeafBounds> &bounds) const;
	std::vector<LeafBounds> Empty() const {
		return std::vector<LeafBounds>(leaves.size());
	}
	void Merge(std::vector<LeafBounds> &bounds, const std::vector<LeafBounds> &other) const;
	//! Puts the statistics into those of all data leaves (TableConfiguration::DataLeaves).
	void Store(const std::vector<LeafBounds> &bounds, std::vector<ColumnStatistics> &all_leaves) const;
	//! The statistics text of a file.
	std::string ToText(const std::vector<LeafBounds> &bounds, uint64_t row_count) const;

private:
	std::vector<BoundLeaf> leaves;
	std::vector<LeafColumn> columns;
	//! Columns of the file that hold a leaf: only these are looked at.
	std::vector<duckdb::column_t> scanned;
};

} // namespace merganser
