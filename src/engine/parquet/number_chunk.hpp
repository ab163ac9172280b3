#pragma once

#include "engine/parquet/leaf_chunk.hpp"
#include "engine/parquet/number_dictionary.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace merganser {

//! Numbers of some rows.
struct NumberVector {
	//! Of the rows that are not NULL, as PLAIN has them; booleans a byte each.
	std::string_view values;
	//! 0 for rows that are NULL; empty: none is.
	std::vector<uint8_t> valid;
	size_t row_count = 0;
};

//! The column chunk of a column of numbers or booleans in the making. Numbers that are there several times each become
//! a dictionary with indices, and integers a bloom filter, by DuckDB's rule; else PLAIN pages. Unlike DuckDB's, the
//! dictionary tells -0.0 from 0.0. Not thread-safe.
class NumberChunk {
public:
	//! `rows_total`: that will be added. Requires: a leaf at the top that is not repeated, of 4 or 8 bytes or bits; a
	//! known codec.
	NumberChunk(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
	            size_t rows_total);

	void Add(const NumberVector &vector);
	ChunkPiece Finish();

	size_t NullCount() const {
		return chunk.NullCount();
	}
	//! After Finish.
	const ValueRange &Range() const {
		return chunk.range;
	}

private:
	template <class BITS>
	void AddIndices(NumberDictionary<BITS> &dictionary, std::string_view values);
	void AddPlain(std::string_view values);
	template <class BITS>
	void LeaveDictionary(const NumberDictionary<BITS> &dictionary);
	template <class BITS>
	ChunkPiece FinishWith(const NumberDictionary<BITS> &dictionary);

	const size_t rows_total;
	LeafChunk chunk;
	//! Of what is no bits, until it is not worth it.
	std::variant<std::monostate, NumberDictionary<uint32_t>, NumberDictionary<uint64_t>> dictionary;
	DictionaryChoice choice;
	std::vector<uint32_t> indices;
	std::vector<uint32_t> bits;
};

} // namespace merganser
