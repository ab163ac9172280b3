#pragma once

#include "duckdb.hpp"
#include "duckdb/common/column_index.hpp"
#include "duckdb/common/open_file_info.hpp"
#include "duckdb/function/table_function.hpp"

#include <functional>
#include <string>

namespace merganser {

//! One Parquet file read with DuckDB's Parquet scan, without a query: works inside every hook. Next may be called from
//! several threads.
class CheckpointScan {
public:
	//! Reads the footer.
	CheckpointScan(duckdb::ClientContext &context, const duckdb::OpenFileInfo &file);

	const duckdb::vector<std::string> &Names() const {
		return names;
	}
	const duckdb::vector<duckdb::LogicalType> &Types() const {
		return types;
	}
	uint64_t RowCount();

	//! Chooses columns (by ColumnIndex into Names()); the row number in the file comes last, as BIGINT. Call once.
	void Start(duckdb::vector<duckdb::ColumnIndex> columns);
	//! How many threads can read at once. Requires: started.
	idx_t ThreadCount() const;
	//! Reads until the file ends; consume sees rows of one row group at a time, consecutive ones, on the calling
	//! thread. `consume` returns false to stop. Several threads share the file.
	void Read(const std::function<bool(duckdb::DataChunk &rows)> &consume);

private:
	duckdb::ClientContext &context;
	duckdb::TableFunction function;
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
	duckdb::unique_ptr<duckdb::FunctionData> bind_data;
	duckdb::vector<duckdb::ColumnIndex> column_indexes;
	duckdb::vector<duckdb::LogicalType> output_types;
	duckdb::unique_ptr<duckdb::GlobalTableFunctionState> global_state;
};

} // namespace merganser
