#include "engine/scan/lake_file_reader.hpp"

#include "duckdb/common/error_data.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/filter/expression_filter.hpp"
#include "duckdb/planner/filter/list.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/lake_file_list.hpp"
#include "engine/scan/parquet_columns.hpp"
#include "engine/scan/tracked_rows.hpp"
#include "log/deletion_vector_read.hpp"
#include "protocol/partition_value.hpp"

namespace merganser {

//! Marks an error that names the file already.
static constexpr const char *UNREADABLE_FILE_KEY = "unreadable_file";

namespace {

//! Stands for a file that is not opened, because no row in it can match any more.
class SkippedFile : public duckdb::BaseFileReader {
public:
	explicit SkippedFile(duckdb::OpenFileInfo file) : BaseFileReader(std::move(file)) {
	}
	bool TryInitializeScan(duckdb::ClientContext &, duckdb::GlobalTableFunctionState &,
	                       duckdb::LocalTableFunctionState &) override {
		return false;
	}
	duckdb::AsyncResult Scan(duckdb::ClientContext &, duckdb::GlobalTableFunctionState &,
	                         duckdb::LocalTableFunctionState &, duckdb::DataChunk &) override {
		return duckdb::SourceResultType::FINISHED;
	}
	std::string GetReaderType() const override {
		return "Skipped";
	}
};

bool CanBeSkipped(const LakeScanInfo &info, const LakeFile &lake_file) {
	if (!lake_file.running) {
		return false;
	}
	for (auto &entry : lake_file.running->filters) {
		auto statistics = info.bounds.OfFile(entry.first, lake_file.file);
		if (statistics &&
		    entry.second->CheckStatistics(*statistics) == duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE) {
			return true;
		}
	}
	return false;
}

//! Makes DuckDB evaluate a filter on the table's type. Left to itself it casts the filter's constant to the file's
//! older type, which rounds (1.2345 to DECIMAL(5,2), 1.5 to INTEGER) and loses rows; and it cannot cast a Bloom filter
//! at all. An expression is what it never casts.
duckdb::unique_ptr<duckdb::TableFilter> KeepTableType(const duckdb::TableFilter &filter) {
	auto result = duckdb::make_uniq<duckdb::ConjunctionAndFilter>();
	result->child_filters.push_back(duckdb::make_uniq<duckdb::ExpressionFilter>(
	    duckdb::make_uniq<duckdb::BoundConstantExpression>(duckdb::Value::BOOLEAN(true))));
	result->child_filters.push_back(filter.Copy());
	return result;
}

bool HasBloomFilter(const duckdb::TableFilter &filter) {
	switch (filter.filter_type) {
	case duckdb::TableFilterType::BLOOM_FILTER:
		return true;
	case duckdb::TableFilterType::OPTIONAL_FILTER: {
		auto &child = filter.Cast<duckdb::OptionalFilter>().child_filter;
		return child && HasBloomFilter(*child);
	}
	case duckdb::TableFilterType::CONJUNCTION_AND:
		for (auto &child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
			if (HasBloomFilter(*child)) {
				return true;
			}
		}
		return false;
	default:
		return false;
	}
}

bool IsExactFilterCast(const duckdb::LogicalType &table, const duckdb::LogicalType &file,
                       const duckdb::TableFilter &filter) {
	return table == file || (table.IsIntegral() && file.IsIntegral() && !HasBloomFilter(filter));
}

//! nullptr when every row of the file is read. `is_alone`: no filter of the reader sees the rows.
duckdb::unique_ptr<duckdb::DeleteFilter> RowFilterOf(LakeScanInfo &info, FileRef file, bool is_alone) {
	const auto *chosen = info.target.chosen.get();
	if (chosen && chosen->mode == ChosenRows::Mode::ONLY) {
		return duckdb::make_uniq<OnlyRows>(chosen->rows.at(FileIndexOf(file)));
	}
	if (chosen && chosen->mode == ChosenRows::Mode::ALL) {
		return nullptr;
	}
	const auto *changes = info.ChangesIn(file);
	if (changes && changes->only) {
		auto rows = ReadDeletionVector(info.GetSnapshot(), file, changes->only->marked, info.Where(file));
		if (auto &but_not = changes->only->but_not) {
			rows.Subtract(ReadDeletionVector(info.GetSnapshot(), file, *but_not, info.Where(file)));
		}
		return duckdb::make_uniq<OnlyRows>(std::make_shared<const DeletionVector>(std::move(rows)));
	}
	auto deleted = info.seen.deletion_vectors->Load(info.GetSnapshot(), file);
	if (chosen) {
		auto rows = std::make_shared<DeletionVector>(*chosen->rows.at(FileIndexOf(file)));
		if (deleted) {
			rows->UnionWith(*deleted);
		}
		deleted = std::move(rows);
	}
	if (!deleted) {
		return nullptr;
	}
	auto kept = duckdb::make_uniq<KeptRows>(std::move(deleted));
	if (is_alone) {
		kept->RemoveAfterRead();
	}
	return kept;
}

} // namespace

void ThrowUnreadable(const LakeScanInfo &info, FileRef file, const std::exception &cause) {
	duckdb::ErrorData error(cause);
	auto type = error.Type();
	if (error.ExtraInfo().count(UNREADABLE_FILE_KEY)) {
		// Named already, where the file was opened.
		error.Throw();
	}
	if (type == duckdb::ExceptionType::INTERRUPT || type == duckdb::ExceptionType::OUT_OF_MEMORY ||
	    type == duckdb::ExceptionType::INTERNAL || type == duckdb::ExceptionType::FATAL) {
		error.Throw();
	}
	auto &snapshot = info.GetSnapshot();
	auto path = std::string(snapshot.files.BatchOf(file).Path(file.row));
	const auto *changes = info.ChangesIn(file);
	auto message = info.Where(file) + (changes && !changes->type ? ": change file '" : ": data file '") + path + "' ";
	if (type == duckdb::ExceptionType::NOT_IMPLEMENTED) {
		throw duckdb::NotImplementedException(message + "cannot be read: " + error.RawMessage());
	}
	const duckdb::unordered_map<std::string, std::string> named {{UNREADABLE_FILE_KEY, path}};
	bool is_missing = false;
	try {
		is_missing = !snapshot.location.store->Head(snapshot.location.ResolveFile(path));
	} catch (const Error &) {
		// The first error says more.
	}
	if (is_missing && changes) {
		throw duckdb::IOException(
		    named, message +
		               "is missing: a VACUUM deleted it, or someone outside of the table, so that the changes of this "
		               "version can no longer be read. Read the changes from version " +
		               std::to_string(changes->committed.version + 1) + " on, or restore the file");
	}
	if (is_missing) {
		throw duckdb::IOException(
		    named, message +
		               "is missing, although this version refers to it: it was deleted outside of the table, or by a "
		               "VACUUM that keeps too little. Read a newer version, or restore the file");
	}
	throw duckdb::IOException(named, message + "cannot be read: " + error.RawMessage() +
	                                     "\nRestore the file from a copy" +
	                                     (changes ? "" : ", or remove it from the table"));
}

LakeFileReader::LakeFileReader(duckdb::shared_ptr<LakeScanInfo> info_p) : info(std::move(info_p)) {
}

duckdb::unique_ptr<duckdb::MultiFileReader> LakeFileReader::Create(const duckdb::TableFunction &function) {
	return duckdb::make_uniq<LakeFileReader>(
	    duckdb::shared_ptr_cast<duckdb::TableFunctionInfo, LakeScanInfo>(function.function_info));
}

duckdb::shared_ptr<duckdb::MultiFileList> LakeFileReader::CreateFileList(duckdb::ClientContext &,
                                                                         const duckdb::vector<std::string> &,
                                                                         const duckdb::FileGlobInput &) {
	return duckdb::make_shared_ptr<LakeFileList>(info);
}

bool LakeFileReader::Bind(duckdb::MultiFileOptions &, duckdb::MultiFileList &,
                          duckdb::vector<duckdb::LogicalType> &return_types, duckdb::vector<std::string> &names,
                          duckdb::MultiFileReaderBindData &bind_data) {
	TableColumns(info->GetSnapshot(), names, return_types);
	bind_data.schema = info->columns.Definitions();
	bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_FIELD_ID;
	return true;
}

void LakeFileReader::BindOptions(duckdb::MultiFileOptions &, duckdb::MultiFileList &,
                                 duckdb::vector<duckdb::LogicalType> &, duckdb::vector<std::string> &,
                                 duckdb::MultiFileReaderBindData &) {
	// DuckDB's would look for Hive partitions in paths; a Delta table's partition values stand in its log.
}

duckdb::shared_ptr<duckdb::BaseFileReader> LakeFileReader::CreateReader(duckdb::ClientContext &context,
                                                                        duckdb::GlobalTableFunctionState &gstate,
                                                                        const duckdb::OpenFileInfo &file,
                                                                        duckdb::idx_t file_idx,
                                                                        const duckdb::MultiFileBindData &bind_data) {
	auto &lake_file = LakeFile::Of(file);
	if (AtBorder([&] { return CanBeSkipped(*info, lake_file); })) {
		return duckdb::make_shared_ptr<SkippedFile>(file);
	}
	try {
		if (info->has_variant) {
			return OpenLegacyVariants(context, file);
		}
		return MultiFileReader::CreateReader(context, gstate, file, file_idx, bind_data);
	} catch (const std::exception &error) {
		ThrowUnreadable(*info, lake_file.file, error);
	}
}

// DuckDB's signature.
duckdb::ReaderInitializeType
LakeFileReader::InitializeReader(duckdb::MultiFileReaderData &reader_data, const duckdb::MultiFileBindData &bind_data,
                                 const duckdb::vector<duckdb::MultiFileColumnDefinition> &,
                                 const duckdb::vector<duckdb::ColumnIndex> &global_column_ids,
                                 duckdb::optional_ptr<duckdb::TableFilterSet> table_filters,
                                 duckdb::ClientContext &context, duckdb::MultiFileGlobalState &gstate) {
	auto &reader = *reader_data.reader;
	if (reader.GetReaderType() != "Parquet") {
		return duckdb::ReaderInitializeType::SKIP_READING_FILE;
	}
	auto file = LakeFile::Of(reader.file).file;
	auto table_columns = info->columns.Match(AsParquetReader(reader));
	auto filters = table_filters ? table_filters->Copy() : nullptr;
	if (filters) {
		gstate.multi_file_reader_state->Cast<RowTrackingFilters>().TakeFrom(*filters, global_column_ids);
		for (auto &entry : filters->filters) {
			auto column_id = global_column_ids[entry.first].GetPrimaryIndex();
			if (column_id >= table_columns.size()) {
				continue;
			}
			auto column = FindByNumber(reader, table_columns[column_id].identifier);
			if (column && !IsExactFilterCast(table_columns[column_id].type, column->type, *entry.second)) {
				entry.second = KeepTableType(*entry.second);
			}
		}
	}
	FinalizeBind(reader_data, bind_data.file_options, bind_data.reader_bind, table_columns, global_column_ids, context,
	             gstate.multi_file_reader_state.get());
	const auto result = CreateMapping(context, reader_data, table_columns, global_column_ids, filters.get(),
	                                  gstate.file_list, bind_data.reader_bind, bind_data.virtual_columns,
	                                  duckdb::MultiFileColumnMappingMode::BY_FIELD_ID);
	// Who reads chosen rows knows how the file holds them.
	if (!info->target.chosen &&
	    std::any_of(global_column_ids.begin(), global_column_ids.end(), [](const duckdb::ColumnIndex &column) {
		    return column.GetPrimaryIndex() == COLUMN_IDENTIFIER_FILE_ROW_NUMBER;
	    })) {
		info->seen.layouts->Note(FileIndexOf(file), reader, table_columns);
	}
	const bool is_alone = !reader.filters || reader.filters->filters.empty();
	reader.deletion_filter = AtBorder([&] { return RowFilterOf(*info, file, is_alone); });
	return result;
}

// DuckDB's signature.
duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState>
LakeFileReader::InitializeGlobalState(duckdb::ClientContext &, const duckdb::MultiFileOptions &,
                                      const duckdb::MultiFileReaderBindData &, const duckdb::MultiFileList &file_list,
                                      const duckdb::vector<duckdb::MultiFileColumnDefinition> &,
                                      const duckdb::vector<duckdb::ColumnIndex> &) {
	return duckdb::make_uniq<RowTrackingFilters>(file_list);
}

// DuckDB's signature.
void LakeFileReader::FinalizeChunk(duckdb::ClientContext &context, const duckdb::MultiFileBindData &bind_data,
                                   duckdb::BaseFileReader &reader, const duckdb::MultiFileReaderData &reader_data,
                                   duckdb::DataChunk &input_chunk, duckdb::DataChunk &output_chunk,
                                   duckdb::ExpressionExecutor &executor,
                                   duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) {
	KeptRows::RemoveDeleted(reader, input_chunk);
	global_state->Cast<RowTrackingFilters>().Apply(context, reader_data, input_chunk);
	MultiFileReader::FinalizeChunk(context, bind_data, reader, reader_data, input_chunk, output_chunk, executor,
	                               global_state);
}

// DuckDB's signature.
duckdb::unique_ptr<duckdb::Expression>
LakeFileReader::GetVirtualColumnExpression(duckdb::ClientContext &context, duckdb::MultiFileReaderData &reader_data,
                                           const duckdb::vector<duckdb::MultiFileColumnDefinition> &local_columns,
                                           duckdb::idx_t &column_id, const duckdb::LogicalType &type,
                                           duckdb::MultiFileLocalIndex local_idx,
                                           duckdb::optional_ptr<duckdb::MultiFileColumnDefinition> &global_column) {
	if (!IsRowTrackingColumn(column_id)) {
		return MultiFileReader::GetVirtualColumnExpression(context, reader_data, local_columns, column_id, type,
		                                                   local_idx, global_column);
	}
	auto &reader = *reader_data.reader;
	const auto file = LakeFile::Of(reader.file).file;
	const auto column = column_id;
	// What DuckDB adds to the columns that it reads.
	column_id = COLUMN_IDENTIFIER_FILE_ROW_NUMBER;
	try {
		return RowTrackingExpression(context, info->GetSnapshot(), file, reader, column);
	} catch (const std::exception &error) {
		ThrowUnreadable(*info, file, error);
	}
}

bool LakeFileReader::IsFileConstant(duckdb::column_t column_id, FileRef file) const {
	if (IsRowTrackingColumn(column_id)) {
		return info->target.changes || !HasRowTracking(info->GetSnapshot(), file);
	}
	if (duckdb::IsVirtualColumn(column_id)) {
		return column_id != COLUMN_IDENTIFIER_FILE_ROW_NUMBER;
	}
	return info->IsChangeType(column_id) ? info->ChangesIn(file)->type.has_value()
	                                     : info->Configuration().IsPartitionColumn(column_id);
}

duckdb::Value LakeFileReader::FileConstant(duckdb::column_t column_id, FileRef file) const {
	if (info->IsChangeType(column_id)) {
		return duckdb::Value(std::string(NameOf(*info->ChangesIn(file)->type)));
	}
	auto &snapshot = info->GetSnapshot();
	auto &batch = snapshot.files.BatchOf(file);
	switch (column_id) {
	case MultiFileReader::COLUMN_IDENTIFIER_FILENAME:
		return duckdb::Value(snapshot.location.ResolveFile(batch.Path(file.row)));
	case MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX:
		return duckdb::Value::UBIGINT(FileIndexOf(file));
	case COMMIT_VERSION_COLUMN: {
		auto version = batch.CommitVersion(file.row);
		return version < 0 ? duckdb::Value(duckdb::LogicalType::BIGINT) : duckdb::Value::BIGINT(version);
	}
	case ROW_ID_COLUMN:
	case ROW_COMMIT_VERSION_COLUMN:
		return duckdb::Value(duckdb::LogicalType::BIGINT);
	default:
		break;
	}
	if (column_id == duckdb::COLUMN_IDENTIFIER_EMPTY) {
		return duckdb::Value(duckdb::LogicalType::BOOLEAN);
	}
	auto &configuration = *snapshot.configuration;
	auto &partitions = configuration.PartitionColumns();
	for (size_t i = 0; i < partitions.size(); i++) {
		if (partitions[i] == column_id) {
			auto &type = *configuration.GetSchema().fields[column_id].type;
			auto &text = batch.PartitionDictionary(i)[batch.PartitionCode(i, file.row)];
			try {
				return ToValue(ParsePartitionValue(text, type), type);
			} catch (const Error &error) {
				throw Error(error.kind, "table '" + snapshot.TableName() + "' version " +
				                            std::to_string(snapshot.version) + ", file '" +
				                            std::string(batch.Path(file.row)) + "': " + error.what());
			}
		}
	}
	throw Error(ErrorKind::INTERNAL, "column " + std::to_string(column_id) + " is no constant of the file");
}

// DuckDB's signature.
void LakeFileReader::FinalizeBind(duckdb::MultiFileReaderData &reader_data, const duckdb::MultiFileOptions &,
                                  const duckdb::MultiFileReaderBindData &,
                                  const duckdb::vector<duckdb::MultiFileColumnDefinition> &,
                                  const duckdb::vector<duckdb::ColumnIndex> &global_column_ids, duckdb::ClientContext &,
                                  duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState>) {
	auto file = LakeFile::Of(reader_data.reader->file).file;
	for (duckdb::idx_t i = 0; i < global_column_ids.size(); i++) {
		auto column_id = global_column_ids[i].GetPrimaryIndex();
		if (IsFileConstant(column_id, file)) {
			reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i),
			                             AtBorder([&] { return FileConstant(column_id, file); }));
		}
	}
}

duckdb::TablePartitionInfo LakeFileReader::GetPartitionInfo(duckdb::ClientContext &,
                                                            const duckdb::MultiFileReaderBindData &,
                                                            duckdb::TableFunctionPartitionInput &input) {
	for (auto column_id : input.partition_ids) {
		if (duckdb::IsVirtualColumn(column_id) || !info->Configuration().IsPartitionColumn(column_id)) {
			return duckdb::TablePartitionInfo::NOT_PARTITIONED;
		}
	}
	return duckdb::TablePartitionInfo::SINGLE_VALUE_PARTITIONS;
}

duckdb::unique_ptr<duckdb::MultiFileReader> LakeFileReader::Copy() const {
	return duckdb::make_uniq<LakeFileReader>(info);
}

} // namespace merganser
