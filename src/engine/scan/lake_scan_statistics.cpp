#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "duckdb/function/partition_stats.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_file_list.hpp"
#include "engine/scan/lake_scan_callbacks.hpp"

namespace merganser {
namespace lake_scan {

//! Bounds of every scanned column are looked at while planning; with more files than this they cost more than they
//! save.
static constexpr size_t STATISTICS_FILES_MAX = 20000;

static const LakeFileList &FilesOf(const duckdb::FunctionData &bind_data) {
	return static_cast<const LakeFileList &>(*bind_data.Cast<duckdb::MultiFileBindData>().file_list);
}

duckdb::unique_ptr<duckdb::BaseStatistics> ColumnStatistics(duckdb::ClientContext &,
                                                            duckdb::TableFunctionGetStatisticsInput &input) {
	auto &column = input.column_index;
	if (column.IsVirtualColumn() || column.HasChildren()) {
		return nullptr;
	}
	auto &files = FilesOf(*input.bind_data);
	auto &selection = files.Selection();
	if (selection.total_files > STATISTICS_FILES_MAX) {
		return nullptr;
	}
	return AtBorder([&] { return files.Info().bounds.OfFiles(column.GetPrimaryIndex(), selection); });
}

//! Column bounds of one file, for MIN, MAX and COUNT with a filter that is true or false for whole files.
class FileRowGroup : public duckdb::PartitionRowGroup {
public:
	FileRowGroup(duckdb::shared_ptr<LakeScanInfo> info, FileRef file) : info(std::move(info)), file(file) {
	}
	duckdb::unique_ptr<duckdb::BaseStatistics> GetColumnStatistics(const duckdb::StorageIndex &index) override {
		if (index.HasChildren()) {
			return nullptr;
		}
		return AtBorder([&] { return info->bounds.OfFile(index.GetPrimaryIndex(), file); });
	}
	bool MinMaxIsExact(const duckdb::BaseStatistics &, const duckdb::StorageIndex &index) override {
		return !index.HasChildren() && AtBorder([&] { return info->bounds.IsExact(index.GetPrimaryIndex(), file); });
	}

private:
	const duckdb::shared_ptr<LakeScanInfo> info;
	const FileRef file;
};

duckdb::vector<duckdb::PartitionStatistics> FileStatistics(duckdb::ClientContext &,
                                                           duckdb::GetPartitionStatsInput &input) {
	auto &files = FilesOf(*input.bind_data);
	return AtBorder([&] {
		duckdb::vector<duckdb::PartitionStatistics> result;
		for (auto file : files.Selection().files) {
			auto rows = files.Info().bounds.LiveRows(file);
			if (!rows) {
				// One unknown file makes every answer wrong.
				return duckdb::vector<duckdb::PartitionStatistics>();
			}
			if (*rows == 0) {
				// Adds nothing to a count, and its bounds are of rows that are gone.
				continue;
			}
			duckdb::PartitionStatistics statistics;
			statistics.count = *rows;
			statistics.count_type = duckdb::CountType::COUNT_EXACT;
			statistics.partition_row_group = duckdb::make_shared_ptr<FileRowGroup>(files.SharedInfo(), file);
			result.push_back(std::move(statistics));
		}
		return result;
	});
}

} // namespace lake_scan
} // namespace merganser
