#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/function/copy_function.hpp"
#include "engine/port/parquet_footer.hpp"
#include "engine/port/variant_encoding.hpp"
#include "store/object_store.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! How Parquet files of one kind are written: DuckDB's copy function bound to names, types and options. A VARIANT
//! becomes a struct of `metadata` and `value` without annotation, as Delta has it (PROTOCOL.md, "Variant Data Type"):
//! DuckDB's own way would shred the values. Immutable, shared by threads.
class ParquetFormat {
public:
	ParquetFormat(duckdb::ClientContext &context, const duckdb::vector<std::string> &names,
	              const duckdb::vector<duckdb::LogicalType> &types,
	              const duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> &options);

	const duckdb::vector<std::string> &Names() const {
		return names;
	}
	//! Of the rows that are written.
	const duckdb::vector<duckdb::LogicalType> &Types() const {
		return types;
	}

private:
	friend class ParquetFile;
	//! The rows as the file has them.
	duckdb::unique_ptr<duckdb::ColumnDataCollection>
	ToFile(duckdb::ClientContext &context, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) const;

	duckdb::CopyFunction function;
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
	//! Of the columns in the file.
	duckdb::vector<duckdb::LogicalType> file_types;
	//! By column.
	std::map<duckdb::idx_t, VariantEncoding> variants;
	duckdb::unique_ptr<duckdb::FunctionData> bind_data;
};

//! One new Parquet file. Encode from any thread, Write from one at a time. Destroyed unfinished, it leaves nothing
//! behind.
class ParquetFile {
public:
	ParquetFile(duckdb::ClientContext &context, const ParquetFormat &format, const std::string &write_path);
	~ParquetFile();

	//! Encodes rows as one row group, for Write of this file. Requires: at least one row; collections are of the buffer
	//! manager's kind.
	duckdb::unique_ptr<duckdb::PreparedBatchData> Encode(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	void Write(duckdb::PreparedBatchData &row_group);
	//! By what has been written so far. Thread-safe.
	bool IsLargerThan(uint64_t bytes) const;
	//! Writes the footer and makes the file durable under its name. Returns EXISTS when the name is taken.
	PutOutcome Finish();

	uint64_t SizeBytes() const {
		return size_bytes;
	}
	//! Requires: finished.
	const duckdb::CopyFunctionFileStatistics &Statistics() const {
		return statistics;
	}

private:
	duckdb::ClientContext &context;
	const ParquetFormat &format;
	std::string write_path;
	//! Filled by the writer when it ends: stands before it, so that it outlives it.
	duckdb::CopyFunctionFileStatistics statistics;
	duckdb::unique_ptr<duckdb::GlobalFunctionData> writer;
	//! Of each row group written, as far as DuckDB does not count them right.
	std::vector<LeafNullCounts> null_counts;
	uint64_t size_bytes = 0;
	bool is_finished = false;
};

} // namespace merganser
