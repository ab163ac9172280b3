#include "upkeep/table_repair.hpp"

#include "log/held_statistics.hpp"
#include "txn/overwrite.hpp"

#include <algorithm>
#include <string>

namespace merganser {

TableChange MakeRepairChange(const Snapshot &snapshot, const std::vector<TableProblem> &problems, int64_t now_ms) {
	TableChange change;
	int64_t removed_bytes = 0;
	int64_t removed_rows = 0;
	for (const auto &problem : problems) {
		if (!problem.gone_file) {
			continue;
		}
		const auto file = *problem.gone_file;
		const auto &batch = snapshot.files.BatchOf(file);
		auto added = AddFileWithStatistics(snapshot, file);
		removed_bytes += added.size;
		const auto rows = batch.Statistics({})->num_records[file.row];
		removed_rows += std::max<int64_t>(rows - (added.deletion_vector ? added.deletion_vector->cardinality : 0), 0);
		change.removed_files.push_back(RemovalOf(std::move(added), now_ms));
	}
	if (!change.IsEmpty()) {
		// As Databricks names it.
		change.operation = "FSCK REPAIR TABLE";
		change.operation_metrics["numRemovedFiles"] = std::to_string(change.removed_files.size());
		change.operation_metrics["numRemovedBytes"] = std::to_string(removed_bytes);
		change.operation_metrics["numDeletedRows"] = std::to_string(removed_rows);
	}
	return change;
}

} // namespace merganser
