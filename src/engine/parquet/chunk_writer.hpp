#pragma once

#include "engine/parquet/column_pages.hpp"
#include "engine/parquet/value_range.hpp"
#include "engine/port/parquet_thrift.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A column chunk that nobody has decoded to rows: what the footer says of it, as if it stood at the start of a file
//! behind the magic; its pages; its statistics are those of its rows, exact.
struct PageChunk {
	duckdb_parquet::ColumnChunk chunk;
	std::string bytes;
};

//! Puts pages together to a column chunk of a leaf that is not repeated. Not thread-safe.
class ChunkWriter {
public:
	ChunkWriter(const LeafForm &form, duckdb_parquet::CompressionCodec::type codec);

	//! The page as it stands in another chunk of the same codec. Requires: dictionaries come first, one at most.
	void Copy(const RawPage &page, size_t row_count, size_t null_count);
	//! Requires: the first page; `values` are PLAIN.
	void WriteDictionary(size_t count, std::string_view values);
	//! Requires: rows; a level for each where one is NULL, or none; `values` are encoded.
	void Write(bool is_v2, duckdb_parquet::Encoding::type encoding, size_t row_count,
	           const std::vector<uint32_t> &levels, std::string_view values);

	//! So many bytes will come, about: what they need is then not copied while it grows.
	void Expect(size_t byte_count) {
		bytes.reserve(byte_count);
	}
	size_t RowCount() const {
		return row_count;
	}
	//! `like`: what it says of the column's type and place in the schema is kept.
	PageChunk Finish(const duckdb_parquet::ColumnChunk &like, const ValueRange &range);

private:
	void WriteSecondVersion(duckdb_parquet::Encoding::type encoding, size_t rows, size_t nulls, std::string_view levels,
	                        std::string_view values);

	const LeafForm form;
	const duckdb_parquet::CompressionCodec::type codec;
	std::string bytes;
	size_t dictionary_bytes = 0;
	uint64_t uncompressed_bytes = 0;
	size_t row_count = 0;
	size_t null_count = 0;
	PageCounts data_pages;
};

} // namespace merganser
