#include "scan/batch_pruner.hpp"

#include "scan/partition_truth.hpp"

#include <algorithm>
#include <cstring>

namespace merganser {

namespace {

//! Rows evaluated at a time: the masks of a chunk stay in the nearest cache and fit on the stack at any depth of
//! predicate.
constexpr uint32_t CHUNK_ROWS = 1024;

bool AnyKept(const std::vector<RowVerdict> &verdicts, RowRange range) {
	auto begin = verdicts.begin() + range.begin;
	return std::any_of(begin, begin + range.count, [](RowVerdict verdict) { return verdict != RowVerdict::OUT; });
}

} // namespace

BatchPruner::BatchPruner(const BoundPredicate &predicate_p, size_t node_count, const FileBatch &batch_p)
    : predicate(predicate_p), batch(batch_p), partition_truth(node_count) {
	LoadPartitionTruth(predicate);
}

void BatchPruner::LoadPartitionTruth(const BoundPredicate &node) {
	if (node.source == BoundPredicate::Source::PARTITION) {
		partition_truth[node.node] = PartitionTruth(node, batch.PartitionDictionary(node.index));
	}
	for (auto &child : node.children) {
		LoadPartitionTruth(child);
	}
}

uint64_t BatchPruner::PruneByPartition(std::vector<RowVerdict> &verdicts) {
	return predicate.reads_partitions ? Prune(verdicts, nullptr) : 0;
}

uint64_t BatchPruner::PruneByStatistics(std::vector<RowVerdict> &verdicts, const std::vector<size_t> &leaves) {
	if (leaves.empty()) {
		return predicate.reads_partitions ? 0 : Prune(verdicts, nullptr);
	}
	if (!AnyKept(verdicts, RowRange {0, uint32_t(verdicts.size())})) {
		return 0;
	}
	auto statistics = batch.Statistics(leaves);
	return Prune(verdicts, statistics.get());
}

uint64_t BatchPruner::Prune(std::vector<RowVerdict> &verdicts, const StatisticsTable *statistics) {
	TruthMask truth[CHUNK_ROWS];
	uint64_t pruned = 0;
	auto count = uint32_t(verdicts.size());
	for (uint32_t begin = 0; begin < count; begin += CHUNK_ROWS) {
		RowRange range {begin, std::min(CHUNK_ROWS, count - begin)};
		if (!AnyKept(verdicts, range)) {
			continue;
		}
		Evaluate(predicate, statistics, range, truth);
		for (uint32_t i = 0; i < range.count; i++) {
			auto &verdict = verdicts[begin + i];
			if (verdict == RowVerdict::OUT) {
				continue;
			}
			if (!(truth[i] & TRUTH_TRUE)) {
				verdict = RowVerdict::OUT;
				pruned++;
			} else if (truth[i] == TRUTH_TRUE) {
				verdict = RowVerdict::ALL_ROWS_MATCH;
			}
		}
	}
	return pruned;
}

void BatchPruner::Evaluate(const BoundPredicate &node, const StatisticsTable *statistics, RowRange range,
                           TruthMask *out) const {
	switch (node.kind) {
	case Predicate::Kind::UNKNOWN:
		std::memset(out, TRUTH_ANY, range.count);
		return;
	case Predicate::Kind::ALWAYS_FALSE:
		std::memset(out, TRUTH_NOT_TRUE, range.count);
		return;
	case Predicate::Kind::COMPARE:
	case Predicate::Kind::IN:
	case Predicate::Kind::IS_NULL:
	case Predicate::Kind::IS_NOT_NULL:
	case Predicate::Kind::STARTS_WITH:
		if (node.source == BoundPredicate::Source::PARTITION) {
			EvaluatePartition(node, range, out);
		} else if (statistics) {
			StatisticsTruth(node, *statistics, range, out);
		} else {
			std::memset(out, TRUTH_ANY, range.count);
		}
		return;
	case Predicate::Kind::AND:
	case Predicate::Kind::OR:
	case Predicate::Kind::NOT:
		EvaluateChildren(node, statistics, range, out);
		return;
	}
}

void BatchPruner::EvaluateChildren(const BoundPredicate &node, const StatisticsTable *statistics, RowRange range,
                                   TruthMask *out) const {
	Evaluate(node.children[0], statistics, range, out);
	if (node.kind == Predicate::Kind::NOT) {
		for (uint32_t i = 0; i < range.count; i++) {
			out[i] = TruthNot(out[i]);
		}
		return;
	}
	TruthMask other[CHUNK_ROWS];
	for (size_t c = 1; c < node.children.size(); c++) {
		Evaluate(node.children[c], statistics, range, other);
		if (node.kind == Predicate::Kind::AND) {
			for (uint32_t i = 0; i < range.count; i++) {
				out[i] = TruthAnd(out[i], other[i]);
			}
		} else {
			for (uint32_t i = 0; i < range.count; i++) {
				out[i] = TruthOr(out[i], other[i]);
			}
		}
	}
}

void BatchPruner::EvaluatePartition(const BoundPredicate &node, RowRange range, TruthMask *out) const {
	auto &truth = partition_truth[node.node];
	for (uint32_t i = 0; i < range.count; i++) {
		uint32_t code = batch.PartitionCode(node.index, range.begin + i);
		out[i] = code < truth.size() ? truth[code] : TRUTH_ANY;
	}
}

} // namespace merganser
