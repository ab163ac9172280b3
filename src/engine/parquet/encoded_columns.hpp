#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/parquet/chunk_file.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "engine/port/parquet_file.hpp"
#include "store/memory_store.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace merganser {

//! Values of one or more columns for one row group, encoded in memory as a format writes them. Not thread-safe.
class EncodedColumns {
public:
	//! `rows`: nullptr for the schema alone; else at least one row, in collections of the buffer manager's kind.
	EncodedColumns(duckdb::ClientContext &context, const ParquetFormat &format,
	               duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);

	ParquetSource &File() {
		return *file;
	}
	uint64_t RowCount() const {
		return static_cast<uint64_t>(file->Footer().num_rows);
	}
	//! The chunks of its leaves. Requires: rows.
	std::vector<ChunkPiece> Chunks() const;

private:
	MemoryStore memory;
	std::unique_ptr<ParquetSource> file;
};

} // namespace merganser
