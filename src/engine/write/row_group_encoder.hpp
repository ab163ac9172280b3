#pragma once

#include "duckdb.hpp"
#include "engine/parquet/chunk_file.hpp"
#include "engine/port/parquet_file.hpp"
#include "engine/write/leaf_bounds.hpp"
#include "engine/write/physical_columns.hpp"
#include "engine/write/row_slice.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! Rows of one row group as the file has them.
struct EncodedRowGroup {
	std::vector<ChunkPiece> chunks;
	std::vector<LeafBounds> bounds;
	uint64_t row_count = 0;
};

//! What the data files of a table are made of, as they are written today.
struct FileForm {
	//! Of a file without rows.
	duckdb_parquet::FileMetaData footer;
	//! Its columns, parallel to the table's physical ones.
	std::vector<ParquetColumn> columns;
};

//! Makes row groups for the data files of one statement. Thread-safe.
class RowGroupEncoder {
public:
	//! Requires: all outlive it.
	RowGroupEncoder(duckdb::ClientContext &context, const WriteSpec &spec, const PhysicalColumns &columns,
	                const LeafBoundsPlan &bounds);

	//! Many rows are encoded column by column, so that no more than one is held beside the rows and what they become.
	//! Requires: at least one row.
	EncodedRowGroup Encode(std::vector<RowSlice> slices);
	const FileForm &Form();
	//! One of the columns by itself. Requires: it is one leaf; at least one row.
	ChunkPiece EncodeColumn(size_t column, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	//! nullopt where pages cannot be compressed here.
	const std::optional<duckdb_parquet::CompressionCodec::type> codec;

private:
	EncodedRowGroup EncodeTogether(std::vector<RowSlice> slices);
	//! Whether DuckDB's writer encodes the column.
	bool IsOther(size_t column) const;
	//! Some of these, or one of them.
	void EncodeOthers(const std::vector<RowSlice> &slices, const std::vector<size_t> &columns,
	                  EncodedRowGroup &encoded);
	const ParquetFormat &ColumnFormat(size_t column);
	const ParquetFormat &OtherFormat();
	//! From any of the files.
	const FileForm &NoteForm(duckdb_parquet::FileMetaData footer);

	duckdb::ClientContext &context;
	const WriteSpec &spec;
	const PhysicalColumns &columns;
	const LeafBoundsPlan &bounds;
	const ParquetFormat format;
	std::mutex lock;
	//! Each column by itself, from the first row group on that wants it.
	std::deque<std::optional<ParquetFormat>> column_formats;
	//! Columns that DuckDB's writer encodes, ascending, and how all of them are written together.
	const std::vector<size_t> others;
	std::optional<ParquetFormat> other_format;
	//! Does not change once it is known.
	std::optional<FileForm> form;
};

} // namespace merganser
