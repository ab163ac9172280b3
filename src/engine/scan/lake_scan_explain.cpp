#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "engine/scan/lake_file_list.hpp"
#include "engine/scan/lake_scan_callbacks.hpp"

namespace merganser {
namespace lake_scan {

duckdb::InsertionOrderPreservingMap<std::string> Explain(duckdb::TableFunctionToStringInput &input) {
	duckdb::InsertionOrderPreservingMap<std::string> result;
	auto &bind_data = input.bind_data->Cast<duckdb::MultiFileBindData>();
	auto &files = static_cast<const LakeFileList &>(*bind_data.file_list);
	auto &selection = files.Selection();
	result["Table"] = files.Info().target.display_name;
	result["Version"] = std::to_string(files.Info().GetSnapshot().version);
	auto text = std::to_string(selection.files.size()) + " of " + std::to_string(selection.total_files);
	if (selection.pruned_by_partition) {
		text += "\n" + std::to_string(selection.pruned_by_partition) + " pruned by partition";
	}
	if (selection.pruned_by_statistics) {
		text += "\n" + std::to_string(selection.pruned_by_statistics) + " pruned by statistics";
	}
	result["Files"] = text;
	return result;
}

duckdb::InsertionOrderPreservingMap<std::string> ExplainAnalyze(duckdb::TableFunctionDynamicToStringInput &input) {
	duckdb::InsertionOrderPreservingMap<std::string> result;
	auto &state = input.global_state->Cast<duckdb::MultiFileGlobalState>();
	auto &files = static_cast<const LakeFileList &>(state.file_list);
	uint64_t read = 0;
	uint64_t skipped = 0;
	{
		std::lock_guard<duckdb::mutex> guard(state.lock);
		for (auto &reader : state.readers) {
			if (!reader || reader->file_state == duckdb::MultiFileFileState::UNOPENED) {
				continue;
			}
			(reader->file_state == duckdb::MultiFileFileState::SKIPPED ? skipped : read)++;
		}
	}
	auto left = files.Selection().files.size();
	result["Files Read"] = std::to_string(read);
	result["Files Pruned At Run Time"] = std::to_string(files.PlannedFiles() - left + skipped);
	return result;
}

} // namespace lake_scan
} // namespace merganser
