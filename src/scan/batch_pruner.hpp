#pragma once

#include "scan/bound_predicate.hpp"
#include "scan/statistics_truth.hpp"
#include "scan/truth_mask.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! What is known about each row of a batch.
enum class RowVerdict : uint8_t {
	//! Not asked for, or left out.
	OUT = 0,
	//! May hold a matching row.
	KEPT = 1,
	//! Every row of the file matches.
	ALL_ROWS_MATCH = 2
};

//! Evaluates a bound predicate over one batch, all rows of a node at a time. One thread; lives shorter than batch and
//! predicate.
class BatchPruner {
public:
	BatchPruner(const BoundPredicate &predicate, size_t node_count, const FileBatch &batch);

	//! Changes verdicts of KEPT rows to OUT or ALL_ROWS_MATCH by partition values alone; returns how many went OUT.
	//! Requires: one verdict per row.
	uint64_t PruneByPartition(std::vector<RowVerdict> &verdicts);
	//! The same with the statistics of `leaves`, which are loaded here unless no row is left. A predicate without any
	//! column counts here.
	uint64_t PruneByStatistics(std::vector<RowVerdict> &verdicts, const std::vector<size_t> &leaves);

private:
	uint64_t Prune(std::vector<RowVerdict> &verdicts, const StatisticsTable *statistics);
	void Evaluate(const BoundPredicate &node, const StatisticsTable *statistics, RowRange range, TruthMask *out) const;
	void EvaluateChildren(const BoundPredicate &node, const StatisticsTable *statistics, RowRange range,
	                      TruthMask *out) const;
	void EvaluatePartition(const BoundPredicate &node, RowRange range, TruthMask *out) const;
	void LoadPartitionTruth(const BoundPredicate &node);

	const BoundPredicate &predicate;
	const FileBatch &batch;
	//! By node: the mask of each dictionary entry; empty for other nodes.
	std::vector<std::vector<TruthMask>> partition_truth;
};

} // namespace merganser
