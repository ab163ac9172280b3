#include "engine/parquet/row_runs.hpp"

#include <algorithm>

namespace merganser {

size_t CountRows(const RowRuns &runs) {
	size_t count = 0;
	for (const auto &run : runs) {
		count += run.count;
	}
	return count;
}

RowRuns RunsWithin(const RowRuns &runs, size_t start, size_t count) {
	RowRuns within;
	const auto end = start + count;
	auto next = std::partition_point(runs.begin(), runs.end(), [&](const RowRun &run) { return run.End() <= start; });
	for (; next != runs.end() && next->start < end; ++next) {
		const auto first = std::max(next->start, start);
		within.push_back({first - start, std::min(next->End(), end) - first});
	}
	return within;
}

} // namespace merganser
