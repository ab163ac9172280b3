#pragma once

#include "scan/bound_predicate.hpp"
#include "scan/truth_mask.hpp"

#include <cstdint>

namespace merganser {

//! Rows [begin, begin + count) of one batch.
struct RowRange {
	uint32_t begin = 0;
	uint32_t count = 0;
};

//! Fills out[0 .. range.count) for a LEAF node (PROTOCOL.md, "Per-file Statistics"). Bounds are only ever taken as
//! bounds, and a null count only at 0 or at num_records, so that wide bounds, truncated strings and deletion vectors
//! need no case of their own.
void StatisticsTruth(const BoundPredicate &node, const StatisticsTable &statistics, RowRange range, TruthMask *out);

} // namespace merganser
