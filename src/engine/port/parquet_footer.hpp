#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! NULLs of a row group's leaves by their path in the schema; a leaf counts as NULL where a struct around it is.
using LeafNullCounts = std::map<std::vector<std::string>, int64_t>;

//! What DuckDB's writer put after the row groups (bloom filters, footer, its length, the magic), with the footer
//! completed: encoding statistics, each encoding named once, row group ordinals, the given null counts (one map per row
//! group) and who wrote the file. Throws INTERNAL when it is no such tail.
std::string CompleteParquetTail(std::string_view tail, const std::vector<LeafNullCounts> &null_counts);

} // namespace merganser
