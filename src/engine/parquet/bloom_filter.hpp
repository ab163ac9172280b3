#pragma once

#include "engine/parquet/value_dictionary.hpp"

#include <string>

namespace merganser {

//! A bloom filter of a dictionary of texts, with its header, as DuckDB's writer has them (Parquet, "Bloom Filter").
std::string BloomFilterOfTexts(const ValueDictionary &dictionary);

} // namespace merganser
