#include "engine/parquet/column_pages.hpp"

#include "base/error.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <algorithm>
#include <cstring>

namespace merganser {

namespace {

using duckdb_parquet::CompressionCodec;
using duckdb_parquet::Encoding;

//! What the format writes as a signed number.
size_t SizeFrom(int32_t value) {
	if (value < 0) {
		ThrowDamagedPage("it has a negative size");
	}
	return static_cast<size_t>(value);
}

DataPage ReadFirstVersion(const RawPage &page, const LeafForm &form, CompressionCodec::type codec,
                          std::string &buffer) {
	const auto &header = page.header.data_page_header;
	Decompress(codec, page.body, SizeFrom(page.header.uncompressed_page_size), buffer);
	DataPage data;
	data.row_count = RowCountOf(page);
	data.encoding = header.encoding;
	data.values = buffer;
	if (form.has_nulls) {
		if (header.definition_level_encoding != Encoding::RLE) {
			ThrowDamagedPage("its levels are in an unknown encoding");
		}
		const auto length = TakeLength(data.values);
		data.levels = TakeBytes(data.values, length);
	}
	return data;
}

DataPage ReadSecondVersion(const RawPage &page, CompressionCodec::type codec, std::string &buffer) {
	const auto &header = page.header.data_page_header_v2;
	const auto size = SizeFrom(page.header.uncompressed_page_size);
	auto body = page.body;
	DataPage data;
	data.row_count = RowCountOf(page);
	data.encoding = header.encoding;
	TakeBytes(body, SizeFrom(header.repetition_levels_byte_length));
	data.levels = TakeBytes(body, SizeFrom(header.definition_levels_byte_length));
	const auto level_bytes = page.body.size() - body.size();
	if (level_bytes > size) {
		ThrowDamagedPage("its levels are longer than it is");
	}
	const bool is_compressed = !header.__isset.is_compressed || header.is_compressed;
	// Some writers compress nothing to nothing.
	const bool has_values = size > level_bytes;
	Decompress(is_compressed && has_values ? codec : CompressionCodec::UNCOMPRESSED,
	           has_values ? body : std::string_view(), size - level_bytes, buffer);
	data.values = buffer;
	return data;
}

} // namespace

void ThrowDamagedPage(const char *what) {
	throw Error(ErrorKind::CORRUPT, std::string("a Parquet page is damaged: ") + what);
}

std::string_view TakeBytes(std::string_view &bytes, size_t length) {
	if (length > bytes.size()) {
		ThrowDamagedPage("it ends early");
	}
	const auto taken = bytes.substr(0, length);
	bytes.remove_prefix(length);
	return taken;
}

uint32_t TakeLength(std::string_view &bytes) {
	uint32_t length = 0;
	const auto taken = TakeBytes(bytes, sizeof(length));
	std::memcpy(&length, taken.data(), sizeof(length));
	return length;
}

void AppendLength(uint32_t length, std::string &target) {
	target.append(reinterpret_cast<const char *>(&length), sizeof(length));
}

bool IsDictionaryEncoding(Encoding::type encoding) {
	return encoding == Encoding::PLAIN_DICTIONARY || encoding == Encoding::RLE_DICTIONARY;
}

int32_t PageSize(size_t value) {
	Verify(value <= size_t(INT32_MAX), "a page is smaller than 2 GiB");
	return static_cast<int32_t>(value);
}

size_t AppendPage(duckdb_parquet::PageHeader &header, size_t uncompressed_size, std::string_view body,
                  std::string &target) {
	header.__set_uncompressed_page_size(PageSize(uncompressed_size));
	header.__set_compressed_page_size(PageSize(body.size()));
	const auto start = target.size();
	AppendPageHeader(header, target);
	const auto header_bytes = target.size() - start;
	target += body;
	return header_bytes + uncompressed_size;
}

size_t AppendDataPage(CompressionCodec::type codec, Encoding::type encoding, size_t row_count,
                      std::string_view contents, std::string &target) {
	duckdb_parquet::DataPageHeader page;
	page.__set_num_values(PageSize(row_count));
	page.__set_encoding(encoding);
	page.__set_definition_level_encoding(Encoding::RLE);
	page.__set_repetition_level_encoding(Encoding::RLE);
	duckdb_parquet::PageHeader header;
	header.__set_type(duckdb_parquet::PageType::DATA_PAGE);
	header.__set_data_page_header(page);
	std::string body;
	AppendCompressed(codec, contents, body);
	return AppendPage(header, contents.size(), body, target);
}

Encoding::type EncodingOf(const RawPage &page) {
	return page.IsV2() ? page.header.data_page_header_v2.encoding : page.header.data_page_header.encoding;
}

size_t RowCountOf(const RawPage &page) {
	return SizeFrom(page.IsV2() ? page.header.data_page_header_v2.num_values : page.header.data_page_header.num_values);
}

void ReadBits(const DataPage &page, size_t count, uint32_t *target) {
	auto values = page.values;
	if (page.encoding == Encoding::RLE) {
		const auto length = TakeLength(values);
		ReadHybridRuns(TakeBytes(values, length), 1, count, target);
	} else if (page.encoding == Encoding::PLAIN) {
		ReadPacked(values, 1, count, target);
	} else {
		ThrowDamagedPage(UNNAMED_ENCODING);
	}
}

RawPage TakePage(std::string_view &bytes) {
	RawPage page;
	const auto start = bytes;
	page.header = TakePageHeader(bytes);
	SizeFrom(page.header.uncompressed_page_size);
	page.body = TakeBytes(bytes, SizeFrom(page.header.compressed_page_size));
	page.bytes = start.substr(0, start.size() - bytes.size());
	return page;
}

DataPage ReadDataPage(const RawPage &page, const LeafForm &form, CompressionCodec::type codec, std::string &buffer) {
	Verify(page.IsData(), "a data page is read");
	return page.IsV2() ? ReadSecondVersion(page, codec, buffer) : ReadFirstVersion(page, form, codec, buffer);
}

PageDictionary ReadDictionary(const RawPage &page, const LeafForm &form, CompressionCodec::type codec) {
	Verify(page.IsDictionary(), "a dictionary page is read");
	PageDictionary dictionary;
	Decompress(codec, page.body, SizeFrom(page.header.uncompressed_page_size), dictionary.bytes);
	dictionary.count = SizeFrom(page.header.dictionary_page_header.num_values);
	if (form.is_bits || (form.width > 0 && dictionary.bytes.size() / form.width < dictionary.count)) {
		ThrowDamagedPage("its dictionary is too short");
	}
	if (form.width == 0) {
		WalkTexts(dictionary.bytes, dictionary.count,
		          [&](std::string_view value) { dictionary.texts.push_back(value); });
	}
	return dictionary;
}

} // namespace merganser
