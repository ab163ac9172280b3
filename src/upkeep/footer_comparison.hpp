#pragma once

#include "log/file_batch.hpp"
#include "protocol/schema.hpp"

#include <string>
#include <vector>

namespace merganser {

//! What the log says of one file; every leaf of the table is loaded.
struct LoggedStatistics {
	const StatisticsTable &table;
	uint32_t row;
	bool has_deletion_vector;
};

//! Where values or NULLs of a file contradict what the log says of them, a sentence each. `footer` is parallel to
//! `leaves`; what one side does not know is not compared, nor what a deletion vector may have changed.
std::vector<std::string> CompareWithFooter(const LoggedStatistics &logged, const FileStatistics &footer,
                                           const std::vector<LeafColumn> &leaves);

} // namespace merganser
