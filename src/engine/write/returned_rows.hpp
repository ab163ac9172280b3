#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"

#include <mutex>

namespace merganser {

//! What happened to a row that RETURNING shows; MERGE names it in `merge_action`.
enum class ReturnedAction { INSERT, UPDATE, DELETE };

//! The rows of RETURNING: the table's columns, and with MERGE the action behind them. Thread-safe.
class ReturnedRows {
public:
	//! `types`: as the statement returns them.
	ReturnedRows(duckdb::ClientContext &context, duckdb::vector<duckdb::LogicalType> types, bool has_action);

	//! `rows` have the table's columns first.
	void Append(duckdb::DataChunk &rows, ReturnedAction action);
	duckdb::ColumnDataCollection &Rows() {
		return rows;
	}

private:
	const bool has_action;
	std::mutex lock;
	duckdb::ColumnDataCollection rows;
};

} // namespace merganser
