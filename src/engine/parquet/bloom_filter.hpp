#pragma once

#include "duckdb.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace duckdb {
class ParquetBloomFilter;
} // namespace duckdb

namespace merganser {

//! A bloom filter of a dictionary's values, as DuckDB's writer has them (Parquet, "Bloom Filter").
class BloomFilter {
public:
	explicit BloomFilter(size_t value_count);
	~BloomFilter();

	//! As PLAIN has it, a text without its length.
	void Add(std::string_view value);
	//! With its header.
	std::string Bytes() const;

private:
	std::unique_ptr<duckdb::ParquetBloomFilter> filter;
};

} // namespace merganser
