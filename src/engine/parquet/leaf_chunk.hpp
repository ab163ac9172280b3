#pragma once

#include "engine/parquet/chunk_writer.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

//! The column chunk of one leaf in the making, row after row: PLAIN pages of about a megabyte, or a dictionary with one
//! page of indices. Whoever makes it adds the values to its range. Not thread-safe.
class LeafChunk {
public:
	//! Requires: a leaf at the top that is not repeated; a known codec.
	LeafChunk(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec);

	//! Of the next row. Returns whether it has a value.
	bool AddLevel(bool is_null);
	//! Of many: `valid` is 0 for those that are NULL; empty: none is.
	void AddLevels(size_t row_count, const std::vector<uint8_t> &valid);
	size_t NullCount() const {
		return null_count;
	}

	//! PLAIN values of the page in the making.
	std::string &Values() {
		return values;
	}
	void FlushFullPage();
	//! Adds all rows once more, with values: calls append() for each that has one. Requires: no page was flushed.
	template <class APPEND>
	void AddAgain(const APPEND &append) {
		for (const auto level : TakeLevels()) {
			if (AddLevel(level == 0)) {
				append();
			}
		}
	}
	//! Of the page in the making.
	size_t RowCount() const {
		return row_count;
	}
	//! So many bytes of values will come, about.
	void Expect(size_t byte_count) {
		writer.Expect(byte_count);
	}

	//! Ends the chunk: with the values of the last page, or with indices of a dictionary.
	ChunkPiece Finish();
	ChunkPiece Finish(size_t dictionary_count, std::string_view dictionary, const std::vector<uint32_t> &indices);

	const LeafForm form;
	ValueRange range;

private:
	std::vector<uint32_t> TakeLevels();
	void FlushPage();
	ChunkPiece FinishWriter();
	//! From the first NULL of a page on, its rows have levels.
	void BeginLevels();

	const duckdb_parquet::SchemaElement &element;
	ChunkWriter writer;
	size_t null_count = 0;
	//! Of the page in the making.
	size_t row_count = 0;
	//! Of its rows; empty while none is NULL.
	std::vector<uint32_t> levels;
	std::string values;
};

//! Whether a dictionary goes on: where each value stands there several times, by DuckDB's rule. One that will not is
//! mostly left before all values were looked up.
class DictionaryChoice {
public:
	//! `total`: of all values, about.
	explicit DictionaryChoice(size_t total_p) : total(total_p) {
	}

	//! After `seen` values with `count` different ones among them; asked every few thousand.
	bool GoesOn(size_t count, size_t seen);

private:
	const size_t total;
	//! Among the first half of a sample.
	size_t first_count = 0;
	size_t first_seen = 0;
};

} // namespace merganser
