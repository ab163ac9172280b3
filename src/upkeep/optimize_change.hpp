#pragma once

#include "maintain/optimize_plan.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! What the new files of an OPTIMIZE say of the order of their rows.
struct ClusterMarks {
	//! Empty: rows were not clustered. By physical names where the clustering is the table's own, so that a rename
	//! clusters nothing anew.
	std::vector<std::string> clustered_by;
	//! The same for the history, by the names of columns.
	std::vector<std::string> shown;
	//! As the table says, not as the call does.
	bool is_own_clustering = false;
};

//! The files of one commit of an OPTIMIZE. Requires: snapshot and plan outlive it.
struct OptimizeCommit {
	const Snapshot &snapshot;
	const OptimizePlan &plan;
	const ClusterMarks &marks;
	//! SQL text of the condition on partition columns; empty: none.
	std::string where;
	//! Nobody asked for it.
	bool is_automatic = false;
};

//! Files that were written, read and taken out, and what the table held.
struct OptimizeCounts {
	uint64_t added_files = 0;
	uint64_t removed_files = 0;
	uint64_t added_bytes = 0;
	uint64_t removed_bytes = 0;
	uint64_t removed_vectors = 0;
	uint64_t partitions = 0;
	uint64_t commits = 0;
	uint64_t files_before = 0;
	uint64_t bytes_before = 0;
};

//! The change that puts `files` in the place of those of the plan: no row of the table changes (dataChange = false).
//! Operation, parameters and metrics are named as Spark's OPTIMIZE names them. Sets what `counts` says of it.
TableChange MakeOptimizeChange(const OptimizeCommit &commit, std::vector<AddFile> files, int64_t now_ms,
                               OptimizeCounts &counts);

} // namespace merganser
