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

void ChunkWriter::WriteDictionary(size_t count, std::string_view values) {
	Verify(bytes.empty(), "a dictionary is the first page");
	duckdb_parquet::DictionaryPageHeader dictionary;
	dictionary.__set_num_values(PageSize(count));
	dictionary.__set_encoding(Encoding::PLAIN);
	PageHeader header;
	header.__set_dictionary_page_header(dictionary);
	header.__set_type(PageType::DICTIONARY_PAGE);
	std::string body;
	AppendCompressed(codec, values, body);
	uncompressed_bytes += AppendPage(header, values.size(), body, bytes);
	dictionary_bytes = bytes.size();
}

void ChunkWriter::Write(bool is_v2, Encoding::type encoding, size_t rows, const std::vector<uint32_t> &levels,
                        std::string_view values) {
	std::string level_bytes;
	size_t nulls = 0;
	if (form.has_nulls) {
		Verify(levels.empty() || levels.size() == rows, "each row has a level");
		if (levels.empty()) {
			AppendEqualRun(1, rows, 1, level_bytes);
		} else {
			AppendHybridRuns(levels.data(), rows, 1, level_bytes);
		}
		nulls = size_t(std::count(levels.begin(), levels.end(), 0u));
	}
	if (is_v2) {
		WriteSecondVersion(encoding, rows, nulls, level_bytes, values);
	} else if (form.has_nulls) {
		std::string contents;
		AppendLength(uint32_t(level_bytes.size()), contents);
		contents += level_bytes;
		contents += values;
		uncompressed_bytes += AppendDataPage(codec, encoding, rows, contents, bytes);
	} else {
		uncompressed_bytes += AppendDataPage(codec, encoding, rows, values, bytes);
	}
	data_pages[{is_v2 ? PageType::DATA_PAGE_V2 : PageType::DATA_PAGE, encoding}]++;
	row_count += rows;
	null_count += nulls;
}

void ChunkWriter::WriteSecondVersion(Encoding::type encoding, size_t rows, size_t nulls, std::string_view levels,
                                     std::string_view values) {
	duckdb_parquet::DataPageHeaderV2 page;
	page.__set_num_values(PageSize(rows));
	page.__set_num_nulls(PageSize(nulls));
	page.__set_num_rows(PageSize(rows));
	page.__set_encoding(encoding);
	page.__set_definition_levels_byte_length(PageSize(levels.size()));
	page.__set_repetition_levels_byte_length(0);
	page.__set_is_compressed(codec != CompressionCodec::UNCOMPRESSED);
	PageHeader header;
	header.__set_type(PageType::DATA_PAGE_V2);
	header.__set_data_page_header_v2(page);
	std::string body(levels);
	AppendCompressed(codec, values, body);
	uncompressed_bytes += AppendPage(header, levels.size() + values.size(), body, bytes);
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
	SetPageCounts(meta, dictionary_bytes > 0, data_pages);
	result.bytes = std::move(bytes);
	return result;
}

} // namespace merganser
