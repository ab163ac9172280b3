#pragma once

#include "engine/parquet/parquet_source.hpp"
#include "store/object_store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A new Parquet file that is put together from column chunks. Not thread-safe; destroyed unfinished, it leaves nothing
//! behind.
class ChunkFile {
public:
	//! `like`: its schema, and what else it says of a file as a whole. `store` must live as long as this.
	ChunkFile(ObjectStore &store, const std::string &path, duckdb_parquet::FileMetaData like);

	//! The columns of `added` come behind those that are there. Requires: no row group was written.
	void AddColumns(const duckdb_parquet::FileMetaData &added);
	//! `like`: what it says of the rows. Requires: a piece for each leaf, whole, of as many rows.
	void WriteRowGroup(duckdb_parquet::RowGroup like, std::vector<ChunkPiece> pieces);
	//! Writes the footer and makes the file durable. Returns EXISTS when the name is taken.
	PutOutcome Finish();

	const std::vector<ParquetColumn> &Columns() const {
		return columns;
	}
	//! What has been written so far.
	const duckdb_parquet::FileMetaData &Footer() const {
		return footer;
	}
	uint64_t SizeBytes() const {
		return size_bytes;
	}
	uint64_t RowCount() const {
		return static_cast<uint64_t>(footer.num_rows);
	}

private:
	void Write(std::string_view bytes);

	std::unique_ptr<ObjectWriter> writer;
	uint64_t size_bytes = 0;
	bool is_finished = false;
	duckdb_parquet::FileMetaData footer;
	std::vector<ParquetColumn> columns;
};

} // namespace merganser
