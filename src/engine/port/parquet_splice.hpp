#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/port/parquet_file.hpp"
#include "engine/port/parquet_source.hpp"
#include "store/memory_store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! A new Parquet file made from the row groups of another: what does not change is copied as bytes, with its
//! statistics and bloom filters; indexes of pages are left out. Row groups come in the order of the calls; one that is
//! never named is dropped. Memory: one row group. Not thread-safe; destroyed unfinished, it leaves nothing behind.
class ParquetSplice {
public:
	//! `source` and `store` must live as long as this.
	ParquetSplice(duckdb::ClientContext &context, ParquetSource &source, ObjectStore &store, const std::string &path);
	~ParquetSplice();

	//! True when the format's columns are in the source, written as the format writes them: type, nullability, names
	//! within, field ids; annotations that mean the same count as the same. Formats are of one or more
	//! columns of the table, in any order.
	bool CanReplace(const ParquetFormat &format);
	//! True when, besides, these are all columns, in the order of the file.
	bool CanAppend(const ParquetFormat &format);

	//! Requires: row_group < row groups of the source.
	void Copy(size_t row_group);
	//! The format's columns get the values of `rows`. Requires: CanReplace; as many rows as the row group has, in its
	//! order; collections are of the buffer manager's kind.
	void Replace(size_t row_group, const ParquetFormat &format, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	//! A row group of new rows. Requires: CanAppend; at least one row.
	void Append(const ParquetFormat &format, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);

	//! Writes the footer and makes the file durable. Returns EXISTS when the name is taken.
	PutOutcome Finish();

	uint64_t SizeBytes() const {
		return size_bytes;
	}
	uint64_t RowCount() const {
		return static_cast<uint64_t>(footer.num_rows);
	}

private:
	//! A column chunk as bytes, to be written.
	struct Piece {
		duckdb_parquet::ColumnChunk chunk;
		std::string bytes;
		std::string bloom_filter;
	};
	struct Encoded;

	std::unique_ptr<Encoded> Encode(const ParquetFormat &format, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);
	//! Fills the pieces of these leaves with the source's.
	void PlaceCopied(size_t row_group, const std::vector<size_t> &leaves, std::vector<Piece> &pieces);
	void PlaceEncoded(Encoded &encoded, std::vector<Piece> &pieces);
	void WriteRowGroup(duckdb_parquet::RowGroup row_group, std::vector<Piece> &pieces);
	void Write(std::string_view bytes);
	const ParquetColumn *FindColumn(const std::string &name) const;
	//! The columns as the format writes them.
	std::vector<ParquetColumn> ColumnsOf(const ParquetFormat &format);

	duckdb::ClientContext &context;
	ParquetSource &source;
	MemoryStore memory;
	uint64_t memory_files = 0;
	std::unique_ptr<ObjectWriter> writer;
	uint64_t size_bytes = 0;
	bool is_finished = false;
	duckdb_parquet::FileMetaData footer;
};

} // namespace merganser
