#include "engine/parquet/chunk_writer.hpp"

#include "base/error.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <algorithm>

namespace merganser {

namespace {

using duckdb_parquet::CompressionCodec;
using duckdb_parquet::Encoding;
using duckdb_parquet::PageHeader;
using duckdb_parquet::PageType;

//! As the format writes it.
int32_t SizeAs(size_t value) {
	Verify(value <= size_t(INT32_MAX), "a page is smaller than 2 GiB");
	return static_cast<int32_t>(value);
}

} // namespace

ChunkWriter::ChunkWriter(const LeafForm &form_p, CompressionCodec::type codec_p) : form(form_p), codec(codec_p) {
}

void ChunkWriter::Copy(const RawPage &page, size_t rows, size_t nulls) {
	bytes.append(page.bytes);
	uncompressed_bytes += page.UncompressedBytes();
	if (page.IsDictionary()) {
		Verify(dictionary_bytes == 0 && data_pages.empty(), "a dictionary is the first page");
		dictionary_bytes = page.bytes.size();
		return;
	}
	data_pages[{page.header.type, EncodingOf(page)}]++;
	row_count += rows;
	null_count += nulls;
}

void ChunkWriter::Append(PageHeader &header, size_t uncompressed_size, std::string_view body) {
	header.__set_uncompressed_page_size(SizeAs(uncompressed_size));
	header.__set_compressed_page_size(SizeAs(body.size()));
	const auto start = bytes.size();
	AppendPageHeader(header, bytes);
	uncompressed_bytes += bytes.size() - start + uncompressed_size;
	bytes += body;
}

void ChunkWriter::WriteDictionary(size_t count, std::string_view values) {
	Verify(bytes.empty(), "a dictionary is the first page");
	duckdb_parquet::DictionaryPageHeader dictionary;
	dictionary.__set_num_values(SizeAs(count));
	dictionary.__set_encoding(Encoding::PLAIN);
	PageHeader header;
	header.__set_dictionary_page_header(dictionary);
	header.__set_type(PageType::DICTIONARY_PAGE);
	std::string body;
	AppendCompressed(codec, values, body);
	Append(header, values.size(), body);
	dictionary_bytes = bytes.size();
}

void ChunkWriter::Write(bool is_v2, Encoding::type encoding, size_t rows, const std::vector<uint32_t> &levels,
                        std::string_view values) {
	std::string level_bytes;
	size_t nulls = 0;
	if (form.has_nulls) {
		Verify(levels.size() == rows, "each row has a level");
		AppendHybridRuns(levels.data(), rows, 1, level_bytes);
		nulls = size_t(std::count(levels.begin(), levels.end(), 0u));
	}
	PageHeader header;
	std::string body;
	size_t size = level_bytes.size() + values.size();
	if (is_v2) {
		duckdb_parquet::DataPageHeaderV2 v2;
		v2.__set_num_values(SizeAs(rows));
		v2.__set_num_nulls(SizeAs(nulls));
		v2.__set_num_rows(SizeAs(rows));
		v2.__set_encoding(encoding);
		v2.__set_definition_levels_byte_length(SizeAs(level_bytes.size()));
		v2.__set_repetition_levels_byte_length(0);
		v2.__set_is_compressed(codec != CompressionCodec::UNCOMPRESSED);
		header.__set_data_page_header_v2(v2);
		body = level_bytes;
		AppendCompressed(codec, values, body);
	} else {
		duckdb_parquet::DataPageHeader v1;
		v1.__set_num_values(SizeAs(rows));
		v1.__set_encoding(encoding);
		v1.__set_definition_level_encoding(Encoding::RLE);
		v1.__set_repetition_level_encoding(Encoding::RLE);
		header.__set_data_page_header(v1);
		if (form.has_nulls) {
			std::string whole;
			AppendLength(uint32_t(level_bytes.size()), whole);
			whole += level_bytes;
			whole += values;
			size = whole.size();
			AppendCompressed(codec, whole, body);
		} else {
			AppendCompressed(codec, values, body);
		}
	}
	header.__set_type(is_v2 ? PageType::DATA_PAGE_V2 : PageType::DATA_PAGE);
	Append(header, size, body);
	data_pages[{header.type, encoding}]++;
	row_count += rows;
	null_count += nulls;
}

PageChunk ChunkWriter::Finish(const duckdb_parquet::ColumnChunk &like, const ValueRange &range) {
	PageChunk result;
	result.chunk = like;
	auto &meta = result.chunk.meta_data;
	meta.codec = codec;
	meta.num_values = int64_t(row_count);
	meta.total_compressed_size = int64_t(bytes.size());
	meta.total_uncompressed_size = int64_t(uncompressed_bytes);
	meta.__isset.dictionary_page_offset = dictionary_bytes > 0;
	meta.dictionary_page_offset = dictionary_bytes > 0 ? int64_t(PARQUET_MAGIC.size()) : 0;
	meta.data_page_offset = int64_t(PARQUET_MAGIC.size() + dictionary_bytes);
	meta.__isset.size_statistics = false;
	range.Store(meta.statistics);
	meta.statistics.__set_null_count(int64_t(null_count));
	meta.__isset.statistics = true;
	SetEncodings(meta);
	result.bytes = std::move(bytes);
	return result;
}

void ChunkWriter::SetEncodings(duckdb_parquet::ColumnMetaData &meta) const {
	meta.encodings.clear();
	meta.encoding_stats.clear();
	const auto name = [&](Encoding::type encoding) {
		if (std::find(meta.encodings.begin(), meta.encodings.end(), encoding) == meta.encodings.end()) {
			meta.encodings.push_back(encoding);
		}
	};
	const auto add = [&](PageType::type page_type, Encoding::type encoding, int32_t count) {
		duckdb_parquet::PageEncodingStats stats;
		stats.__set_page_type(page_type);
		stats.__set_encoding(encoding);
		stats.__set_count(count);
		meta.encoding_stats.push_back(stats);
		name(encoding);
	};
	if (dictionary_bytes > 0) {
		add(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1);
	}
	for (const auto &[kind, count] : data_pages) {
		add(kind.first, kind.second, count);
	}
	// Of the levels.
	name(Encoding::RLE);
	meta.__isset.encoding_stats = true;
}

} // namespace merganser
