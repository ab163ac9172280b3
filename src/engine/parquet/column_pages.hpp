#pragma once

#include "engine/parquet/leaf_form.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A page of a column chunk as it stands in the file.
struct RawPage {
	duckdb_parquet::PageHeader header;
	//! Header and body; the body.
	std::string_view bytes, body;

	bool IsDictionary() const {
		return header.type == duckdb_parquet::PageType::DICTIONARY_PAGE;
	}
	bool IsData() const {
		return header.type == duckdb_parquet::PageType::DATA_PAGE || IsV2();
	}
	bool IsV2() const {
		return header.type == duckdb_parquet::PageType::DATA_PAGE_V2;
	}
	//! Of the header, and of the body before it was compressed.
	size_t UncompressedBytes() const {
		return bytes.size() - body.size() + static_cast<size_t>(header.uncompressed_page_size);
	}
};

//! Takes the first page from the front of a chunk's bytes. Throws CORRUPT.
RawPage TakePage(std::string_view &bytes);

//! The contents of a data page of either version. Views of the page, or of the buffer that it was decompressed to.
struct DataPage {
	size_t row_count = 0;
	duckdb_parquet::Encoding::type encoding = duckdb_parquet::Encoding::PLAIN;
	//! Definition levels as hybrid runs of one bit; empty where the leaf has none.
	std::string_view levels;
	std::string_view values;
};

//! Requires: a data page of a leaf that is not repeated. Throws CORRUPT.
DataPage ReadDataPage(const RawPage &page, const LeafForm &form, duckdb_parquet::CompressionCodec::type codec,
                      std::string &buffer);

//! A dictionary in the order of its indices.
struct PageDictionary {
	size_t count = 0;
	//! Values of a fixed width, one after the other; else with their lengths.
	std::string bytes;
	//! Views of the bytes; empty where the width is fixed.
	std::vector<std::string_view> texts;

	std::string_view Value(const LeafForm &form, size_t index) const {
		return form.width > 0 ? std::string_view(bytes).substr(index * form.width, form.width) : texts[index];
	}
};

//! Requires: a dictionary page. Throws CORRUPT.
PageDictionary ReadDictionary(const RawPage &page, const LeafForm &form, duckdb_parquet::CompressionCodec::type codec);

//! PLAIN_DICTIONARY is the older name of RLE_DICTIONARY.
bool IsDictionaryEncoding(duckdb_parquet::Encoding::type encoding);

//! Appends a data page of the first version. `contents`: its levels and values. Returns the bytes that header and
//! contents have. Requires: IsKnownCodec.
size_t AppendDataPage(duckdb_parquet::CompressionCodec::type codec, duckdb_parquet::Encoding::type encoding,
                      size_t row_count, std::string_view contents, std::string &target);
//! Appends the header, with the sizes of the body, and the body. Returns the bytes that both had uncompressed.
size_t AppendPage(duckdb_parquet::PageHeader &header, size_t uncompressed_size, std::string_view body,
                  std::string &target);
//! As the format writes it. Requires: below 2 GiB.
int32_t PageSize(size_t value);

//! Of a data page's values.
duckdb_parquet::Encoding::type EncodingOf(const RawPage &page);
//! Of a data page of a leaf that is not repeated. Throws CORRUPT.
size_t RowCountOf(const RawPage &page);
//! Reads the booleans of a page as 0 and 1. Throws CORRUPT.
void ReadBits(const DataPage &page, size_t count, uint32_t *target);

//! What is wrong with a page that has an encoding which CanFilter did not see.
constexpr const char *UNNAMED_ENCODING = "its values are in an encoding that the footer does not name";

[[noreturn]] void ThrowDamagedPage(const char *what);

//! Takes bytes, or a length of four bytes, from the front. Throws CORRUPT.
std::string_view TakeBytes(std::string_view &bytes, size_t length);
uint32_t TakeLength(std::string_view &bytes);
void AppendLength(uint32_t length, std::string &target);

//! Calls visit(value) for each text from the front of PLAIN values; returns the bytes of all with their lengths.
template <class VISITOR>
size_t WalkTexts(std::string_view bytes, size_t count, VISITOR &&visit) {
	const auto size = bytes.size();
	for (size_t i = 0; i < count; i++) {
		const auto length = TakeLength(bytes);
		visit(TakeBytes(bytes, length));
	}
	return size - bytes.size();
}

} // namespace merganser
