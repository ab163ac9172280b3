#include "engine/parquet/row_runs.hpp"

#include <algorithm>
#include <array>

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

RowRuns KeptRuns(const DeletionVector &deleted, uint64_t start, uint64_t count) {
	constexpr uint64_t STEP = 2048;
	std::array<uint32_t, STEP> members {};
	RowRuns runs;
	size_t next = 0;
	const auto add = [&](size_t end) {
		if (end > next) {
			runs.push_back({next, end - next});
		}
	};
	for (uint64_t row = 0; row < count; row += STEP) {
		const auto length = uint32_t(std::min(STEP, count - row));
		const auto found = deleted.SelectMembers(start + row, length, members.data());
		for (uint32_t i = 0; i < found; i++) {
			add(row + members[i]);
			next = row + members[i] + 1;
		}
	}
	add(count);
	return runs;
}

} // namespace merganser
