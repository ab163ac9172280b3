#include "log/held_statistics.hpp"

namespace merganser {

FileStatistics HeldStatistics(const Snapshot &snapshot, FileRef file) {
	const auto &leaves = snapshot.configuration->DataLeaves();
	std::vector<size_t> wanted;
	for (size_t i = 0; i < leaves.size(); i++) {
		wanted.push_back(i);
	}
	const auto table = snapshot.files.BatchOf(file).Statistics(wanted);
	FileStatistics statistics;
	statistics.columns.resize(leaves.size());
	if (table->num_records[file.row] >= 0) {
		statistics.num_records = table->num_records[file.row];
	}
	statistics.tight_bounds = table->tight_bounds[file.row] != 0;
	for (size_t i = 0; i < leaves.size(); i++) {
		if (const auto &leaf = table->leaves[i]) {
			statistics.columns[i] = {leaf->Min(file.row), leaf->Max(file.row), leaf->NullCount(file.row)};
		}
	}
	return statistics;
}

AddFile AddFileWithStatistics(const Snapshot &snapshot, FileRef file) {
	auto added = snapshot.files.BatchOf(file).ToAddFile(file.row);
	if (!added.stats) {
		const auto statistics = HeldStatistics(snapshot, file);
		if (statistics.num_records) {
			added.stats = WriteStatistics(statistics, snapshot.configuration->DataLeaves());
		}
	}
	return added;
}

} // namespace merganser
