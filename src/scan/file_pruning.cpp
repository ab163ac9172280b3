#include "scan/file_pruning.hpp"

#include "scan/batch_pruner.hpp"
#include "scan/generated_partitions.hpp"
#include "scan/single_file_batch.hpp"

#include <optional>

namespace merganser {

namespace {

using Verdicts = std::vector<RowVerdict>;

//! A predicate made ready for the batches of one table.
struct PruneRun {
	PruneRun(const Predicate &predicate, const TableConfiguration &configuration)
	    : bound(BindPredicate(predicate, configuration, node_count)), leaves(LeavesOf(bound)),
	      on_generated(OnGeneratedPartitions(predicate, configuration)),
	      bound_generated(BindPredicate(*on_generated, configuration, generated_node_count)) {
	}

	void Prune(const FileBatch &batch, Verdicts &verdicts, FileSelection &counters) const {
		BatchPruner pruner(bound, node_count, batch);
		counters.pruned_by_partition += pruner.PruneByPartition(verdicts);
		counters.pruned_by_partition += PruneByGenerated(batch, verdicts);
		counters.pruned_by_statistics += pruner.PruneByStatistics(verdicts, leaves);
	}

	//! Only leaves files out: that all rows match is not known from it.
	uint64_t PruneByGenerated(const FileBatch &batch, Verdicts &verdicts) const {
		if (bound_generated.kind == Predicate::Kind::UNKNOWN) {
			return 0;
		}
		auto narrowed = verdicts;
		const auto count = BatchPruner(bound_generated, generated_node_count, batch).PruneByPartition(narrowed);
		for (size_t row = 0; row < verdicts.size(); row++) {
			if (narrowed[row] == RowVerdict::OUT) {
				verdicts[row] = RowVerdict::OUT;
			}
		}
		return count;
	}

	size_t node_count = 0;
	BoundPredicate bound;
	std::vector<size_t> leaves;
	size_t generated_node_count = 0;
	PredicatePtr on_generated;
	BoundPredicate bound_generated;
};

//! With `all_live` no row of the list is dead.
Verdicts LiveRows(const FileList &files, uint32_t batch, bool all_live) {
	if (all_live) {
		return Verdicts(files.Batch(batch).Count(), RowVerdict::KEPT);
	}
	Verdicts verdicts(files.Batch(batch).Count(), RowVerdict::OUT);
	for (uint32_t row = 0; row < verdicts.size(); row++) {
		if (files.IsLive(FileRef {batch, row})) {
			verdicts[row] = RowVerdict::KEPT;
		}
	}
	return verdicts;
}

} // namespace

FileSelection SelectAllFiles(const FileList &files) {
	FileSelection selection;
	selection.total_files = files.LiveCount();
	selection.files.reserve(files.LiveCount());
	files.ForEachLive([&](FileRef file) { selection.files.push_back(file); });
	selection.all_rows_match.assign(selection.files.size(), 0);
	return selection;
}

FileSelection PruneFiles(const FileList &files, const TableConfiguration &configuration, const Predicate &predicate) {
	PruneRun run(predicate, configuration);
	if (run.bound.kind == Predicate::Kind::UNKNOWN) {
		return SelectAllFiles(files);
	}
	FileSelection selection;
	selection.total_files = files.LiveCount();
	uint64_t rows = 0;
	for (uint32_t batch = 0; batch < files.BatchCount(); batch++) {
		rows += files.Batch(batch).Count();
	}
	for (uint32_t batch = 0; batch < files.BatchCount(); batch++) {
		auto verdicts = LiveRows(files, batch, rows == files.LiveCount());
		run.Prune(files.Batch(batch), verdicts, selection);
		for (uint32_t row = 0; row < verdicts.size(); row++) {
			if (verdicts[row] != RowVerdict::OUT) {
				selection.files.push_back(FileRef {batch, row});
				selection.all_rows_match.push_back(verdicts[row] == RowVerdict::ALL_ROWS_MATCH);
			}
		}
	}
	return selection;
}

FileSelection PruneSelection(const FileList &files, const TableConfiguration &configuration,
                             const FileSelection &selection, const Predicate &predicate) {
	PruneRun run(predicate, configuration);
	FileSelection narrowed;
	narrowed.total_files = selection.total_files;
	narrowed.pruned_by_partition = selection.pruned_by_partition;
	narrowed.pruned_by_statistics = selection.pruned_by_statistics;
	std::vector<Verdicts> verdicts(files.BatchCount());
	for (auto file : selection.files) {
		auto &rows = verdicts[file.batch];
		rows.resize(files.BatchOf(file).Count(), RowVerdict::OUT);
		rows[file.row] = RowVerdict::KEPT;
	}
	for (size_t batch = 0; batch < verdicts.size(); batch++) {
		if (!verdicts[batch].empty()) {
			run.Prune(files.Batch(batch), verdicts[batch], narrowed);
		}
	}
	for (size_t i = 0; i < selection.files.size(); i++) {
		auto file = selection.files[i];
		auto verdict = verdicts[file.batch][file.row];
		if (verdict != RowVerdict::OUT) {
			narrowed.files.push_back(file);
			narrowed.all_rows_match.push_back(selection.all_rows_match[i] && verdict == RowVerdict::ALL_ROWS_MATCH);
		}
	}
	return narrowed;
}

bool FileMayMatch(const AddFile &file, const TableConfiguration &configuration, const Predicate &predicate) {
	PruneRun run(predicate, configuration);
	Verdicts verdicts(1, RowVerdict::KEPT);
	FileSelection counters;
	run.Prune(SingleFileBatch(file, configuration), verdicts, counters);
	return verdicts[0] != RowVerdict::OUT;
}

} // namespace merganser
