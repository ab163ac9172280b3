#include "engine/scan/lake_file_list.hpp"

#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/filter/list.hpp"
#include "duckdb/storage/statistics/node_statistics.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "duckdb/storage/statistics/string_stats.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/predicate_builder.hpp"
#include "engine/port/store_file_system.hpp"

namespace merganser {

//! Guess for files whose statistics do not say.
static constexpr uint64_t ROW_BYTES_GUESS = 50;

LakeFileList::LakeFileList(duckdb::shared_ptr<LakeScanInfo> info_p)
    : info(std::move(info_p)), scan(info->AddScan(nullptr)) {
}

LakeFileList::LakeFileList(const LakeFileList &other, std::shared_ptr<const FileSelection> selection_p)
    : info(other.info), scan(other.scan), running(other.running), selection(std::move(selection_p)) {
}

SavedScan LakeFileList::Save() const {
	auto predicate = info->ScanPredicate(scan);
	// Without a predicate nothing has been left out.
	auto chosen = predicate ? std::make_shared<const FileSelection>(Selection()) : nullptr;
	return SavedScan {std::move(chosen), std::move(predicate)};
}

duckdb::unique_ptr<LakeFileList> LakeFileList::Restore(SavedScan saved) const {
	info->SetScanPredicate(scan, std::move(saved.predicate));
	return duckdb::unique_ptr<LakeFileList>(new LakeFileList(*this, std::move(saved.selection)));
}

static FileSelection SelectFilesOf(const ChosenRows &chosen) {
	FileSelection selection;
	for (auto &entry : chosen.rows) {
		selection.files.push_back(FileOfIndex(entry.first));
		selection.all_rows_match.push_back(0);
	}
	selection.total_files = selection.files.size();
	return selection;
}

const FileSelection &LakeFileList::Selection() const {
	std::call_once(selected, [&] {
		if (!selection && info->target.chosen) {
			selection = std::make_shared<const FileSelection>(SelectFilesOf(*info->target.chosen));
		} else if (!selection) {
			selection = std::make_shared<const FileSelection>(SelectAllFiles(info->GetSnapshot().files));
		}
	});
	return *selection;
}

duckdb::unique_ptr<duckdb::MultiFileList>
LakeFileList::ComplexFilterPushdown(duckdb::ClientContext &context, const duckdb::MultiFileOptions &,
                                    duckdb::MultiFilePushdownInfo &push_info,
                                    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> &filters) const {
	if (filters.empty()) {
		return nullptr;
	}
	auto resolve = [&](const duckdb::Expression &expression) -> const StructField * {
		if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) {
			return nullptr;
		}
		auto &reference = expression.Cast<duckdb::BoundColumnRefExpression>();
		if (reference.depth != 0 || reference.binding.table_index != push_info.table_index ||
		    reference.binding.column_index >= push_info.column_ids.size()) {
			return nullptr;
		}
		return info->Field(push_info.column_ids[reference.binding.column_index]);
	};
	std::vector<PredicatePtr> conditions;
	if (auto earlier = info->ScanPredicate(scan)) {
		conditions.push_back(earlier);
	}
	return AtBorder([&]() -> duckdb::unique_ptr<duckdb::MultiFileList> {
		std::vector<PredicatePtr> pushed;
		for (auto &filter : filters) {
			pushed.push_back(BuildPredicate(context, *filter, resolve));
		}
		auto predicate = Predicate::And(std::move(pushed));
		if (predicate->kind == Predicate::Kind::UNKNOWN) {
			return nullptr;
		}
		conditions.push_back(predicate);
		info->SetScanPredicate(scan, Predicate::And(conditions));
		auto &snapshot = info->GetSnapshot();
		auto narrowed = PruneSelection(snapshot.files, *snapshot.configuration, Selection(), *predicate);
		return duckdb::unique_ptr<LakeFileList>(
		    new LakeFileList(*this, std::make_shared<const FileSelection>(std::move(narrowed))));
	});
}

//! Leaves files out for a filter on a column that has one value in each; `statistics_of`: nullptr where that is not so.
template <class STATISTICS_OF>
static FileSelection KeepFilesByConstant(const FileSelection &selection, const duckdb::TableFilter &filter,
                                         STATISTICS_OF &&statistics_of) {
	FileSelection kept;
	kept.total_files = selection.total_files;
	kept.pruned_by_partition = selection.pruned_by_partition;
	kept.pruned_by_statistics = selection.pruned_by_statistics;
	for (size_t i = 0; i < selection.files.size(); i++) {
		auto statistics = statistics_of(selection.files[i]);
		if (!statistics || filter.CheckStatistics(*statistics) != duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE) {
			kept.files.push_back(selection.files[i]);
			kept.all_rows_match.push_back(selection.all_rows_match[i]);
		}
	}
	return kept;
}

static duckdb::unique_ptr<duckdb::BaseStatistics> FileIndexStatistics(FileRef file) {
	auto value = duckdb::Value::UBIGINT(FileIndexOf(file));
	auto statistics = duckdb::NumericStats::CreateUnknown(duckdb::LogicalType::UBIGINT);
	duckdb::NumericStats::SetMin(statistics, value);
	duckdb::NumericStats::SetMax(statistics, value);
	statistics.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
	return statistics.ToUnique();
}

static duckdb::unique_ptr<duckdb::BaseStatistics> TextStatistics(std::string_view text) {
	auto statistics = duckdb::StringStats::CreateEmpty(duckdb::LogicalType::VARCHAR);
	duckdb::StringStats::Update(statistics, duckdb::string_t(text.data(), uint32_t(text.size())));
	statistics.SetHasNoNullFast();
	return statistics.ToUnique();
}

static bool HasDynamicFilter(const duckdb::TableFilter &filter) {
	switch (filter.filter_type) {
	case duckdb::TableFilterType::DYNAMIC_FILTER:
		return true;
	case duckdb::TableFilterType::OPTIONAL_FILTER: {
		auto &child = filter.Cast<duckdb::OptionalFilter>().child_filter;
		return child && HasDynamicFilter(*child);
	}
	case duckdb::TableFilterType::CONJUNCTION_AND:
		for (auto &child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
			if (HasDynamicFilter(*child)) {
				return true;
			}
		}
		return false;
	default:
		return false;
	}
}

// DuckDB's signature.
duckdb::unique_ptr<duckdb::MultiFileList>
LakeFileList::DynamicFilterPushdown(duckdb::ClientContext &context, const duckdb::MultiFileOptions &,
                                    const duckdb::vector<std::string> &, const duckdb::vector<duckdb::LogicalType> &,
                                    const duckdb::vector<duckdb::column_t> &column_ids,
                                    duckdb::TableFilterSet &filters) const {
	auto tightening = std::make_shared<RunningFilters>();
	std::vector<PredicatePtr> conditions;
	auto narrowed = Selection();
	for (auto &entry : filters.filters) {
		auto column_id = entry.first < column_ids.size() ? column_ids[entry.first] : duckdb::DConstants::INVALID_INDEX;
		auto field = info->Field(column_id);
		if (field) {
			if (info->IsChangeType(column_id)) {
				narrowed = KeepFilesByConstant(narrowed, *entry.second, [&](FileRef file) {
					auto type = info->ChangesIn(file)->type;
					return type ? TextStatistics(NameOf(*type)) : nullptr;
				});
			}
			conditions.push_back(AtBorder([&] { return BuildPredicate(context, *entry.second, *field); }));
			if (HasDynamicFilter(*entry.second)) {
				tightening->filters.emplace_back(column_id, entry.second->Copy());
			}
		} else if (column_id == duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX) {
			// A row-id join of late materialisation says which files it needs.
			narrowed = KeepFilesByConstant(narrowed, *entry.second, FileIndexStatistics);
		}
	}
	auto predicate = Predicate::And(std::move(conditions));
	if (predicate->kind != Predicate::Kind::UNKNOWN) {
		// What tightens while the scan runs has no value yet that would hold to its end.
		if (tightening->filters.empty()) {
			info->NarrowExecution(scan, predicate);
		}
		AtBorder([&] {
			narrowed = PruneSelection(info->GetSnapshot().files, info->Configuration(), narrowed, *predicate);
			return 0;
		});
	}
	duckdb::unique_ptr<LakeFileList> result(
	    new LakeFileList(*this, std::make_shared<const FileSelection>(std::move(narrowed))));
	result->planned_files = PlannedFiles();
	if (!tightening->filters.empty()) {
		result->running = std::move(tightening);
	}
	return result;
}

duckdb::OpenFileInfo LakeFileList::GetFile(duckdb::idx_t index) const {
	auto &files = Selection().files;
	if (index >= files.size()) {
		return duckdb::OpenFileInfo(std::string());
	}
	auto file = files[index];
	auto &snapshot = info->GetSnapshot();
	auto &batch = snapshot.files.BatchOf(file);
	return AtBorder([&] {
		auto &store = snapshot.location.store;
		const auto path = snapshot.location.ResolveFile(batch.Path(file.row));
		auto lake_file = duckdb::make_shared_ptr<LakeFile>();
		lake_file->file = file;
		lake_file->running = running;
		duckdb::OpenFileInfo result;
		if (info->target.chosen) {
			// Of a file that is about to be replaced, mostly.
			result = ReadOnceFile(info->db, *store, path);
			lake_file->options = std::move(result.extended_info->options);
		} else {
			result.path = ReadPath(info->db, store, path);
			// Data files never change, so what is cached of them needs no check and no second stat.
			lake_file->options["validate_external_file_cache"] = duckdb::Value::BOOLEAN(false);
		}
		auto &options = lake_file->options;
		if (batch.SizeBytes(file.row) > 0) {
			// A removed file's is not always in the log.
			options["file_size"] = duckdb::Value::UBIGINT(batch.SizeBytes(file.row));
		}
		options["last_modified"] =
		    duckdb::Value::TIMESTAMP(duckdb::Timestamp::FromEpochMsPossiblyInfinite(batch.ModificationTime(file.row)));
		options["etag"] = duckdb::Value(std::to_string(batch.SizeBytes(file.row)));
		const auto *changes = info->ChangesIn(file);
		options["has_deletes"] = duckdb::Value::BOOLEAN(batch.DeletionVector(file.row) != nullptr ||
		                                                info->target.chosen || (changes && changes->only));
		result.extended_info = std::move(lake_file);
		return result;
	});
}

duckdb::vector<duckdb::OpenFileInfo> LakeFileList::GetAllFiles() const {
	duckdb::vector<duckdb::OpenFileInfo> result;
	for (size_t i = 0; i < Selection().files.size(); i++) {
		result.push_back(GetFile(i));
	}
	return result;
}

duckdb::FileExpandResult LakeFileList::GetExpandResult() const {
	// Also for one file: DuckDB would read the row groups of a single file with one thread.
	return Selection().files.empty() ? duckdb::FileExpandResult::NO_FILES : duckdb::FileExpandResult::MULTIPLE_FILES;
}

duckdb::idx_t LakeFileList::GetTotalFileCount() const {
	return Selection().files.size();
}

duckdb::MultiFileCount LakeFileList::GetFileCount(duckdb::idx_t) const {
	return duckdb::MultiFileCount(Selection().files.size());
}

duckdb::unique_ptr<duckdb::NodeStatistics> LakeFileList::GetCardinality(duckdb::ClientContext &) const {
	return AtBorder([&] {
		uint64_t rows = 0;
		bool is_exact = true;
		for (auto file : Selection().files) {
			auto live = info->bounds.LiveRows(file);
			is_exact = is_exact && live;
			rows += live ? *live : info->GetSnapshot().files.BatchOf(file).SizeBytes(file.row) / ROW_BYTES_GUESS + 1;
		}
		return is_exact ? duckdb::make_uniq<duckdb::NodeStatistics>(rows, rows)
		                : duckdb::make_uniq<duckdb::NodeStatistics>(rows);
	});
}

duckdb::unique_ptr<duckdb::MultiFileList> LakeFileList::Copy() const {
	duckdb::unique_ptr<LakeFileList> result(
	    new LakeFileList(*this, std::make_shared<const FileSelection>(Selection())));
	result->planned_files = planned_files;
	result->scan = info->AddScan(info->ScanPredicate(scan));
	return result;
}

} // namespace merganser
