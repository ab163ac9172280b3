#include "engine/parquet/bloom_filter.hpp"

#include "duckdb.hpp"
#include "engine/parquet/column_pages.hpp"
#include "engine/port/parquet_thrift.hpp"
#include "parquet_statistics.hpp"
#include "resizable_buffer.hpp"
#include "zstd/common/xxhash.hpp"

namespace merganser {

namespace {

//! As DuckDB's default.
constexpr double FALSE_POSITIVE_RATIO = 0.01;

} // namespace

std::string BloomFilterOfTexts(const ValueDictionary &dictionary) {
	duckdb::ParquetBloomFilter filter(dictionary.Count(), FALSE_POSITIVE_RATIO);
	WalkTexts(dictionary.Values(), dictionary.Count(),
	          [&](std::string_view text) { filter.FilterInsert(duckdb_zstd::XXH64(text.data(), text.size(), 0)); });
	const auto &bits = *filter.Get();
	duckdb_parquet::BloomFilterHeader header;
	header.__set_numBytes(int32_t(bits.len));
	header.algorithm.__set_BLOCK(duckdb_parquet::SplitBlockAlgorithm());
	header.compression.__set_UNCOMPRESSED(duckdb_parquet::Uncompressed());
	header.hash.__set_XXHASH(duckdb_parquet::XxHash());
	std::string bytes;
	AppendBloomFilterHeader(header, bytes);
	bytes.append(reinterpret_cast<const char *>(bits.ptr), bits.len);
	return bytes;
}

} // namespace merganser
