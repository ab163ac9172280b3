#pragma once

#include "engine/parquet/leaf_chunk.hpp"
#include "engine/parquet/value_dictionary.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

//! Texts of some rows, each text of a few once, or one for each row.
struct TextVector {
	std::vector<std::string_view> texts;
	//! The text of each row where there are few; empty: one text for each row, or the same for all.
	std::string_view numbers;
	//! 0 for rows that are NULL, whose text means nothing; empty: none is.
	std::vector<uint8_t> valid;
	size_t row_count = 0;
};

//! The column chunk of a column of texts in the making. Where texts are there several times each, they become a
//! dictionary with indices and a bloom filter, by DuckDB's rule; else PLAIN pages. A text that many rows share is
//! looked up once for each vector. Not thread-safe.
class TextChunk {
public:
	//! `rows_total`: that will be added. Requires: a leaf at the top that is not repeated, of byte arrays; a known
	//! codec.
	TextChunk(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
	          size_t rows_total);

	void Add(const TextVector &vector);
	ChunkPiece Finish();

	size_t NullCount() const {
		return chunk.NullCount();
	}
	//! Smallest and largest; nullopt where every row is NULL. Valid until the chunk is destroyed.
	std::optional<std::pair<std::string_view, std::string_view>> Bounds() const {
		return chunk.range.Bounds();
	}

private:
	void AddIndices(const TextVector &vector);
	void AddPlain(const TextVector &vector);
	void AppendText(std::string_view text);
	void LeaveDictionary();

	const size_t rows_total;
	LeafChunk chunk;
	//! nullopt once it was not worth it.
	std::optional<ValueDictionary> dictionary;
	DictionaryChoice choice;
	std::vector<uint32_t> indices;
};

} // namespace merganser
