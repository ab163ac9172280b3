#include "engine/parquet/bloom_filter.hpp"

#include "engine/port/parquet_thrift.hpp"
#include "parquet_statistics.hpp"
#include "resizable_buffer.hpp"
#include "zstd/common/xxhash.hpp"

namespace merganser {

namespace {

//! As DuckDB's default.
constexpr double FALSE_POSITIVE_RATIO = 0.01;

} // namespace

BloomFilter::BloomFilter(size_t value_count)
    : filter(std::make_unique<duckdb::ParquetBloomFilter>(value_count, FALSE_POSITIVE_RATIO)) {
}

BloomFilter::~BloomFilter() = default;

void BloomFilter::Add(std::string_view value) {
	filter->FilterInsert(duckdb_zstd::XXH64(value.data(), value.size(), 0));
}

std::string BloomFilter::Bytes() const {
	const auto &bits = *filter->Get();
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
