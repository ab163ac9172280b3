#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "scan/file_pruning.hpp"

#include <memory>
#include <mutex>
#include <optional>

namespace merganser {

//! Filters of a running scan that get tighter while it runs (the bound of ORDER BY … LIMIT), by field.
struct RunningFilters {
	duckdb::vector<std::pair<size_t, duckdb::unique_ptr<duckdb::TableFilter>>> filters;
};

//! What travels with a file into its reader.
struct LakeFile : public duckdb::ExtendedOpenFileInfo {
	FileRef file;
	std::shared_ptr<const RunningFilters> running;

	//! Requires: `info` was made by a LakeFileList.
	static const LakeFile &Of(const duckdb::OpenFileInfo &info) {
		return static_cast<const LakeFile &>(*info.extended_info);
	}
};

//! The data files of one scan, never more than their numbers until DuckDB asks for one. Immutable, thread-safe.
class LakeFileList : public duckdb::MultiFileList {
public:
	//! Every file; chosen when first asked for, so that DESCRIBE costs nothing.
	explicit LakeFileList(duckdb::shared_ptr<LakeScanInfo> info);

	const FileSelection &Selection() const;
	//! What a copy of the plan needs to read the same files.
	SavedScan Save() const;
	//! This scan, as that one was when it was saved.
	duckdb::unique_ptr<LakeFileList> Restore(SavedScan saved) const;
	//! See LakeScanInfo::StartExecution.
	void StartExecution() const {
		info->StartExecution(scan);
	}
	LakeScanInfo &Info() const {
		return *info;
	}
	const duckdb::shared_ptr<LakeScanInfo> &SharedInfo() const {
		return info;
	}

	duckdb::unique_ptr<duckdb::MultiFileList>
	ComplexFilterPushdown(duckdb::ClientContext &context, const duckdb::MultiFileOptions &options,
	                      duckdb::MultiFilePushdownInfo &push_info,
	                      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> &filters) const override;
	duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(duckdb::ClientContext &context,
	                                                                const duckdb::MultiFileOptions &options,
	                                                                const duckdb::vector<std::string> &names,
	                                                                const duckdb::vector<duckdb::LogicalType> &types,
	                                                                const duckdb::vector<duckdb::column_t> &column_ids,
	                                                                duckdb::TableFilterSet &filters) const override;

	duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override;
	duckdb::FileExpandResult GetExpandResult() const override;
	duckdb::idx_t GetTotalFileCount() const override;
	duckdb::MultiFileCount GetFileCount(duckdb::idx_t min_exact_count = 0) const override;
	duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext &context) const override;
	duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override;

	//! Files that the filters known while planning left over; at run time there may be fewer (Selection()).
	uint64_t PlannedFiles() const {
		return planned_files.value_or(Selection().files.size());
	}

protected:
	duckdb::OpenFileInfo GetFile(duckdb::idx_t index) const override;

private:
	LakeFileList(const LakeFileList &other, std::shared_ptr<const FileSelection> selection);

	const duckdb::shared_ptr<LakeScanInfo> info;
	//! Which scan of the plan it is, in `info`.
	size_t scan = 0;
	std::shared_ptr<const RunningFilters> running;
	//! Of a list that was narrowed at run time.
	std::optional<uint64_t> planned_files;
	mutable std::once_flag selected;
	mutable std::shared_ptr<const FileSelection> selection;
};

} // namespace merganser
