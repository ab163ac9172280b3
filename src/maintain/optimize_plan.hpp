#pragma once

#include "maintain/file_partitions.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace merganser {

//! Tag of data files whose rows were sorted together: a JSON array of the columns that they were sorted by.
constexpr const char *CLUSTERED_BY_TAG = "merganser.clusteredBy";
//! `clusteringProvider` of files that were clustered as their table says.
constexpr const char *CLUSTERING_PROVIDER = "merganser";

//! Small enough to be joined with others.
constexpr bool IsSmallFile(uint64_t size_bytes, uint64_t target_file_size_bytes) {
	return size_bytes < target_file_size_bytes / 2;
}

//! By the file's own statistics; false where they do not tell.
bool HasManyDeletedRows(const AddFile &file, double share_max);

struct OptimizeOptions {
	//! Files below half of it are small.
	uint64_t target_file_size_bytes = 0;
	//! A file with a larger share of deleted rows is written anew. 0: every file with deleted rows.
	double deleted_share_max = 0.05;
	//! So many files of a partition are worth joining.
	uint64_t joined_files_min = 2;
	//! False: deleted rows count only in files whose statistics are in memory as the text of their commit.
	bool may_load_statistics = true;
	//! Files that later versions added are left alone; so that a run over several commits ends, however many others
	//! write.
	int64_t newest_version = std::numeric_limits<int64_t>::max();
	//! More bytes are not written together.
	uint64_t group_bytes_max = std::numeric_limits<uint64_t>::max();
	//! The text of CLUSTERED_BY_TAG: files without it are written anew, whatever their size. Empty: no clustering.
	std::string clustered_by;
	//! Files that another clustering implementation has written stay as they are (PROTOCOL.md, "Writer Requirements for
	//! Clustered Table").
	bool keeps_other_providers = false;
	//! By number of the partition. Empty: all.
	std::vector<bool> chosen_partitions;
};

//! Files of one partition that are written anew together.
struct OptimizeGroup {
	//! Range of OptimizePlan::files.
	size_t begin = 0;
	size_t end = 0;
	uint32_t partition = 0;
	uint64_t bytes = 0;
};

struct OptimizePlan {
	//! Group by group; within one in the order of the log, so that rows that came together stay together.
	std::vector<FileRef> files;
	//! By file: worth to be written anew without any other.
	std::vector<bool> is_needed_alone;
	std::vector<OptimizeGroup> groups;
	uint64_t bytes = 0;
};

//! The files that are better written anew: small ones where a partition has several of them, those with many deleted
//! rows and, where rows are clustered, those that are not. Empty when there is nothing to do. `partitions`: of the
//! snapshot. Throws what loading the number of records throws.
OptimizePlan PlanOptimize(const Snapshot &snapshot, const FilePartitions &partitions, const OptimizeOptions &options);

} // namespace merganser
