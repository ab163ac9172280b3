#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Small numbers as Parquet writes levels and indices of dictionaries: runs of one value, and groups of eight values
//! in as few bits as the largest possible one needs ("RLE / bit-packing hybrid", Parquet's encodings). A bit width is
//! 0 to 32.

//! Reads `count` numbers. Throws CORRUPT where there are fewer.
void ReadHybridRuns(std::string_view bytes, uint32_t bit_width, size_t count, uint32_t *target);
//! Appends the numbers. Requires: each fits into the bits.
void AppendHybridRuns(const uint32_t *values, size_t count, uint32_t bit_width, std::string &target);
//! Appends one number so many times.
void AppendEqualRun(uint32_t value, size_t count, uint32_t bit_width, std::string &target);

//! Indices of a dictionary of so many values as a data page has them: how many bits each takes, and the indices.
void AppendIndices(const std::vector<uint32_t> &indices, size_t dictionary_count, std::string &target);

//! The same of numbers that are packed without runs. Reading throws CORRUPT where there are fewer.
void ReadPacked(std::string_view bytes, uint32_t bit_width, size_t count, uint32_t *target);
void AppendPacked(const uint32_t *values, size_t count, uint32_t bit_width, std::string &target);

} // namespace merganser
