#include "maintain/automatic_plan.hpp"

#include <algorithm>
#include <limits>

namespace merganser {

namespace {

constexpr double WORN_SHARE = 1.0 / 3;

//! Begin, commit and clean up.
constexpr double COST_MS = 15;
constexpr double COST_MS_PER_FILE = 2;
constexpr double COST_MS_PER_BYTE = 1.0 / 40000;

//! What costs as much as there is to spend fits, however its parts are summed up.
constexpr double ROUNDING_MS = 0.001;

double PartMs(uint64_t file_count, uint64_t bytes) {
	return COST_MS_PER_FILE * double(file_count) + COST_MS_PER_BYTE * double(bytes);
}

//! The files of one group of a plan, as places in it.
struct GroupParts {
	std::vector<size_t> worn;
	//! The smallest first.
	std::vector<size_t> small;
};

class Parts {
public:
	Parts(const Snapshot &snapshot_p, const OptimizePlan &plan_p) : snapshot(snapshot_p), plan(plan_p) {
	}

	uint64_t SizeBytes(size_t place) const {
		const auto file = plan.files[place];
		return snapshot.files.BatchOf(file).SizeBytes(file.row);
	}

	GroupParts Of(const OptimizeGroup &group) const {
		GroupParts parts;
		for (size_t i = group.begin; i < group.end; i++) {
			(plan.is_needed_alone[i] ? parts.worn : parts.small).push_back(i);
		}
		std::stable_sort(parts.small.begin(), parts.small.end(),
		                 [&](size_t left, size_t right) { return SizeBytes(left) < SizeBytes(right); });
		return parts;
	}

	//! Calls visit(count, cost) for each number of the small files, smallest first, that may be joined, from
	//! `files_min` on, until it returns false: none is larger than those before it together.
	template <class VISIT>
	void ForEachJoinable(const std::vector<size_t> &small, uint64_t files_min, const VISIT &visit) const {
		uint64_t bytes = 0;
		for (size_t i = 0; i < small.size(); i++) {
			const auto size = SizeBytes(small[i]);
			const bool is_joinable = i + 1 >= files_min && size <= bytes;
			bytes += size;
			if (is_joinable && !visit(i + 1, PartMs(i + 1, bytes))) {
				return;
			}
		}
	}

	//! How many of them cost no more than that; 0: none.
	size_t CountJoined(const std::vector<size_t> &small, uint64_t files_min, double cost_max_ms) const {
		size_t joined = 0;
		ForEachJoinable(small, files_min, [&](size_t count, double cost_ms) {
			joined = cost_ms <= cost_max_ms ? count : joined;
			return cost_ms <= cost_max_ms;
		});
		return joined;
	}

	//! The plan with these files only.
	OptimizePlan Keep(const std::vector<bool> &is_kept) const {
		OptimizePlan kept;
		for (const auto &group : plan.groups) {
			OptimizeGroup part;
			part.begin = kept.files.size();
			part.partition = group.partition;
			for (size_t i = group.begin; i < group.end; i++) {
				if (is_kept[i]) {
					kept.files.push_back(plan.files[i]);
					kept.is_needed_alone.push_back(plan.is_needed_alone[i]);
					part.bytes += SizeBytes(i);
				}
			}
			part.end = kept.files.size();
			if (part.end > part.begin) {
				kept.bytes += part.bytes;
				kept.groups.push_back(part);
			}
		}
		return kept;
	}

private:
	const Snapshot &snapshot;
	const OptimizePlan &plan;
};

//! Of the partition that has the most.
uint64_t MostSmallFiles(const Snapshot &snapshot, const FilePartitions &partitions, uint64_t target_bytes) {
	std::vector<uint64_t> counts(partitions.Count());
	snapshot.files.ForEachLive([&](FileRef file) {
		counts[partitions.NumberOf(file)] +=
		    IsSmallFile(snapshot.files.BatchOf(file).SizeBytes(file.row), target_bytes);
	});
	return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
}

} // namespace

bool IsWorn(const AddFile &file) {
	return HasManyDeletedRows(file, WORN_SHARE);
}

CompactionLook LookForCompaction(const Snapshot &snapshot, const FilePartitions &partitions,
                                 const CompactionOptions &options) {
	OptimizeOptions all;
	all.target_file_size_bytes = options.target_file_size_bytes;
	all.deleted_share_max = WORN_SHARE;
	all.joined_files_min = options.files_min;
	all.may_load_statistics = false;
	all.keeps_other_providers = options.keeps_other_providers;
	const auto plan = PlanOptimize(snapshot, partitions, all);
	CompactionLook look;
	look.due = CutToCost(snapshot, plan, options, std::numeric_limits<double>::infinity());
	if (look.due.files.empty()) {
		const auto most = MostSmallFiles(snapshot, partitions, options.target_file_size_bytes);
		look.missing_files = most < options.files_min ? options.files_min - most : 1;
	}
	return look;
}

double CompactionCostMs(uint64_t file_count, uint64_t bytes) {
	return COST_MS + PartMs(file_count, bytes);
}

double SmallestPartMs(const Snapshot &snapshot, const OptimizePlan &due, const CompactionOptions &options) {
	const Parts parts(snapshot, due);
	auto smallest = std::numeric_limits<double>::infinity();
	for (const auto &group : due.groups) {
		const auto of_group = parts.Of(group);
		for (const auto place : of_group.worn) {
			smallest = std::min(smallest, PartMs(1, parts.SizeBytes(place)));
		}
		// The smallest that may be joined, not only the first `files_min`: one of these may be too large for the rest.
		parts.ForEachJoinable(of_group.small, options.files_min, [&](size_t, double cost_ms) {
			smallest = std::min(smallest, cost_ms);
			return false;
		});
	}
	return COST_MS + smallest;
}

OptimizePlan CutToCost(const Snapshot &snapshot, const OptimizePlan &due, const CompactionOptions &options,
                       double cost_max_ms) {
	const Parts parts(snapshot, due);
	std::vector<bool> is_kept(due.files.size());
	auto left_ms = cost_max_ms - COST_MS + ROUNDING_MS;
	const auto take = [&](size_t place) {
		is_kept[place] = true;
		left_ms -= PartMs(1, parts.SizeBytes(place));
	};
	for (const auto &group : due.groups) {
		const auto of_group = parts.Of(group);
		for (const auto place : of_group.worn) {
			if (PartMs(1, parts.SizeBytes(place)) <= left_ms) {
				take(place);
			}
		}
		const auto count = parts.CountJoined(of_group.small, options.files_min, left_ms);
		std::for_each(of_group.small.begin(), of_group.small.begin() + ptrdiff_t(count), take);
	}
	return parts.Keep(is_kept);
}

} // namespace merganser
