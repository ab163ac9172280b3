#pragma once

#include "duckdb.hpp"
#include "duckdb/storage/buffer/buffer_handle.hpp"
#include "engine/write/vector_code.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! Rows that wait, in fewer bytes than DuckDB's own collections need (see VectorCode), in blocks that its buffer
//! manager spills. Appended by one thread, then read by any number of them.
class CompactRows {
public:
	CompactRows(duckdb::ClientContext &context, duckdb::vector<duckdb::LogicalType> types);

	//! Returns the number of the first of the rows; the others follow. Numbers ascend, and may be left out between two
	//! calls. `rows`: of at most STANDARD_VECTOR_SIZE. Throws when there are more than 32 bits can number.
	uint32_t Append(duckdb::DataChunk &rows);
	//! The next rows are put together with none of these: who reads them alone reads no others.
	void EndChunk();
	//! No more rows come.
	void Finish();
	uint64_t Count() const {
		return row_count;
	}

	const duckdb::vector<duckdb::LogicalType> &Types() const {
		return types;
	}
	static uint32_t ChunkOf(uint32_t row) {
		return row / STANDARD_VECTOR_SIZE;
	}
	static uint32_t PlaceOf(uint32_t row) {
		return row % STANDARD_VECTOR_SIZE;
	}
	//! The chunk that has the row which is `ordinal`-th of all.
	uint32_t FindChunk(uint64_t ordinal) const;
	//! Which one of all the first row of a chunk is.
	uint64_t StartOf(uint32_t chunk) const {
		return chunks[chunk].start;
	}
	//! The rows of a chunk, at their places. `rows`: empty, of Types(); of the columns that are not wanted nothing is
	//! set. `pin` has to be held as long as the rows are used. Requires: Finish was called.
	void Fetch(uint32_t chunk, const std::vector<bool> &wanted, duckdb::BufferHandle &pin,
	           duckdb::DataChunk &rows) const;

	//! One column of a chunk, as it is held: views of what is pinned. Requires: it has texts.
	TextVector Texts(uint32_t chunk, size_t column, duckdb::BufferHandle &pin) const;

private:
	struct Chunk {
		size_t block = 0;
		uint64_t offset = 0;
		uint64_t start = 0;
		uint64_t row_count = 0;
	};
	void Store(duckdb::DataChunk &rows);
	//! Where a column's bytes begin.
	const char *Pin(uint32_t chunk, size_t column, duckdb::BufferHandle &pin) const;
	void StorePending();

	duckdb::BufferManager &buffers;
	const duckdb::vector<duckdb::LogicalType> types;
	//! By column.
	std::vector<VectorCode> codes;
	std::vector<duckdb::shared_ptr<duckdb::BlockHandle>> blocks;
	std::vector<Chunk> chunks;
	uint64_t row_count = 0;
	//! The block that is being filled.
	struct Filling {
		duckdb::BufferHandle pin;
		uint64_t used = 0;
		uint64_t size = 0;
	};
	Filling filling;
	//! Few rows at a time are put together: the last chunk.
	duckdb::DataChunk pending;
	std::string bytes;
};

} // namespace merganser
