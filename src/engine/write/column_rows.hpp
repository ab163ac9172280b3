#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"

#include <vector>

namespace merganser {

//! Rows that are kept column by column, a collection for each. For one thread.
class ColumnRows {
public:
	explicit ColumnRows(duckdb::ClientContext &context);

	//! Before the first row. `place`: of the column among those of the chunks.
	void AddColumn(const duckdb::LogicalType &type, size_t place);
	//! Only names of struct fields may differ from the types.
	void Append(duckdb::DataChunk &rows);
	//! In the order of AddColumn. Leaves no column.
	std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> Take();

private:
	duckdb::ClientContext &context;
	std::vector<size_t> places;
	std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> columns;
	std::vector<duckdb::ColumnDataAppendState> appends;
};

} // namespace merganser
