#pragma once

#include "maintain/optimize_plan.hpp"

#include <cstdint>

namespace merganser {

//! When files are written anew without being asked for.
struct CompactionOptions {
	//! Files below half of it are small.
	uint64_t target_file_size_bytes = 0;
	//! So many small files of one partition are worth joining. At least 2.
	uint64_t files_min = 8;
	//! As OptimizeOptions::keeps_other_providers.
	bool keeps_other_providers = false;
};

//! More than a third of the file's rows are deleted: it is due without any other.
bool IsWorn(const AddFile &file);

//! What a look at a version found.
struct CompactionLook {
	//! Worn files, and small ones where a partition has enough of about one size: a file joins others only when they
	//! are as large as it is together, so that n appends write each row O(log n) times. Any part is worth doing.
	OptimizePlan due;
	//! Nothing can be due before so many small files have come; 0 when something is.
	uint64_t missing_files = 0;
};

//! O(files), reads nothing: of files that came with a checkpoint it is not known whether they are worn. `partitions`:
//! of the snapshot.
CompactionLook LookForCompaction(const Snapshot &snapshot, const FilePartitions &partitions,
                                 const CompactionOptions &options);

//! What it takes to write these files anew, in milliseconds of a machine that is known by nothing yet.
double CompactionCostMs(uint64_t file_count, uint64_t bytes);

//! Of the cheapest part of it that is worth doing. Requires: something is due.
double SmallestPartMs(const Snapshot &snapshot, const OptimizePlan &due, const CompactionOptions &options);

//! The part of it that costs no more: worn files and the smallest small ones first. Empty when none does.
OptimizePlan CutToCost(const Snapshot &snapshot, const OptimizePlan &due, const CompactionOptions &options,
                       double cost_max_ms);

} // namespace merganser
