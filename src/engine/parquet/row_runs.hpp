#pragma once

#include "protocol/deletion_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace merganser {

//! Rows that stand one after the other.
struct RowRun {
	size_t start = 0;
	size_t count = 0;

	size_t End() const {
		return start + count;
	}
};

//! Some rows of a row group or of a page, by their number in it: runs in order, apart from each other, none empty.
using RowRuns = std::vector<RowRun>;

size_t CountRows(const RowRuns &runs);
//! The part of the runs that lies in [start, start + count), numbered from `start` on.
RowRuns RunsWithin(const RowRuns &runs, size_t start, size_t count);

//! What the deleted ones leave of the rows [start, start + count) of a file, numbered from `start` on.
RowRuns KeptRuns(const DeletionVector &deleted, uint64_t start, uint64_t count);

} // namespace merganser
