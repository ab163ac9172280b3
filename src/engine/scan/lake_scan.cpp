#include "engine/scan/lake_scan.hpp"

#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/error_data.hpp"
#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/serializer/serializer.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/lake_file_list.hpp"
#include "engine/scan/lake_file_reader.hpp"
#include "engine/scan/lake_scan_callbacks.hpp"
#include "engine/scan/scan_registry.hpp"
#include "engine/scan/tracked_rows.hpp"

namespace merganser {

static constexpr const char *SCAN_FUNCTION = "merganser_scan";

static const LakeFileList &FilesOf(const duckdb::FunctionData &bind_data) {
	return static_cast<const LakeFileList &>(*bind_data.Cast<duckdb::MultiFileBindData>().file_list);
}

duckdb::virtual_column_map_t LakeVirtualColumns() {
	using duckdb::LogicalType;
	using duckdb::MultiFileReader;
	using duckdb::TableColumn;
	duckdb::virtual_column_map_t result;
	result.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILENAME, TableColumn("filename", LogicalType::VARCHAR));
	result.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER,
	               TableColumn("file_row_number", LogicalType::BIGINT));
	result.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX, TableColumn("file_index", LogicalType::UBIGINT));
	result.emplace(COMMIT_VERSION_COLUMN, TableColumn("_commit_version", LogicalType::BIGINT));
	result.emplace(ROW_ID_COLUMN, TableColumn("_row_id", LogicalType::BIGINT));
	result.emplace(ROW_COMMIT_VERSION_COLUMN, TableColumn("_row_commit_version", LogicalType::BIGINT));
	result.emplace(duckdb::COLUMN_IDENTIFIER_EMPTY, TableColumn("", LogicalType::BOOLEAN));
	return result;
}

duckdb::vector<duckdb::column_t> LakeRowIdColumns() {
	return {duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX,
	        duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER};
}

void TableColumns(const Snapshot &snapshot, duckdb::vector<std::string> &names,
                  duckdb::vector<duckdb::LogicalType> &types) {
	for (auto &field : snapshot.configuration->GetSchema().fields) {
		names.push_back(field.name);
		types.push_back(ToDuckDBType(*field.type));
	}
}

static duckdb::virtual_column_map_t VirtualColumns(duckdb::ClientContext &,
                                                   duckdb::optional_ptr<duckdb::FunctionData> bind_data) {
	auto columns = LakeVirtualColumns();
	bind_data->Cast<duckdb::MultiFileBindData>().virtual_columns = columns;
	return columns;
}

static duckdb::vector<duckdb::column_t> RowIdColumns(duckdb::ClientContext &,
                                                     duckdb::optional_ptr<duckdb::FunctionData>) {
	return LakeRowIdColumns();
}

static duckdb::BindInfo GetBindInfo(const duckdb::optional_ptr<duckdb::FunctionData> bind_data) {
	auto entry = FilesOf(*bind_data).Info().target.entry;
	return entry ? duckdb::BindInfo(*entry) : duckdb::BindInfo(duckdb::ScanType::EXTERNAL);
}

//! True for what a broken file causes, false for what the user's own expressions cause while rows are filtered.
static bool IsFileError(const std::exception &error) {
	switch (duckdb::ErrorData(error).Type()) {
	case duckdb::ExceptionType::IO:
	case duckdb::ExceptionType::SERIALIZATION:
	case duckdb::ExceptionType::INVALID:
	case duckdb::ExceptionType::UNKNOWN_TYPE:
		return true;
	default:
		return false;
	}
}

//! Errors inside a file (a torn page) are found while its rows are read.
static void Scan(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	auto &info = FilesOf(*input.bind_data).Info();
	duckdb::shared_ptr<duckdb::BaseFileReader> reader;
	if (input.local_state) {
		reader = input.local_state->Cast<duckdb::MultiFileLocalState>().reader;
	}
	try {
		info.inner.scan(context, input, output);
	} catch (const std::exception &error) {
		auto now = input.local_state ? input.local_state->Cast<duckdb::MultiFileLocalState>().reader : nullptr;
		if (!reader || now.get() != reader.get() || !IsFileError(error)) {
			throw;
		}
		ThrowUnreadable(info, LakeFile::Of(reader->file).file, error);
	}
}

static duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitScan(duckdb::ClientContext &context,
                                                                     duckdb::TableFunctionInitInput &input) {
	const auto &files = FilesOf(*input.bind_data);
	files.StartExecution();
	return files.Info().inner.init(context, input);
}

static void SerializeScan(duckdb::Serializer &serializer, const duckdb::optional_ptr<duckdb::FunctionData> bind_data,
                          const duckdb::TableFunction &) {
	auto &info = FilesOf(*bind_data).Info();
	if (!info.can_be_copied) {
		throw duckdb::NotImplementedException("%s: its scan cannot be stored outside of the query", info.Where());
	}
	serializer.WriteProperty(100, "scan", info.number);
	serializer.WriteProperty(101, "saved", info.Save(FilesOf(*bind_data).Save()));
}

static duckdb::unique_ptr<duckdb::FunctionData>
BindScan(duckdb::ClientContext &context, const duckdb::shared_ptr<LakeScanInfo> &info, duckdb::TableFunction &function);

static duckdb::unique_ptr<duckdb::FunctionData> DeserializeScan(duckdb::Deserializer &deserializer,
                                                                duckdb::TableFunction &function) {
	auto number = deserializer.ReadProperty<uint64_t>(100, "scan");
	auto &context = deserializer.Get<duckdb::ClientContext &>();
	auto info = ScanRegistry::Of(context)->Find(number);
	if (!info) {
		throw duckdb::NotImplementedException(
		    "the scan of a Merganser table cannot be taken over from another connection");
	}
	auto saved = info->FindSaved(deserializer.ReadProperty<uint64_t>(101, "saved"));
	Verify(saved.has_value(), "a scan that was written out was saved");
	auto bind_data = BindScan(context, info, function);
	bind_data->Cast<duckdb::MultiFileBindData>().file_list = FilesOf(*bind_data).Restore(std::move(*saved));
	return bind_data;
}

static duckdb::unique_ptr<duckdb::FunctionData> BindNothing(duckdb::ClientContext &, duckdb::TableFunctionBindInput &,
                                                            duckdb::vector<duckdb::LogicalType> &,
                                                            duckdb::vector<std::string> &) {
	throw duckdb::BinderException("%s is internal: use read_delta('<folder>')", SCAN_FUNCTION);
}

duckdb::TableFunction MakeScanStub() {
	duckdb::TableFunction stub(SCAN_FUNCTION, {duckdb::LogicalType::VARCHAR}, nullptr, BindNothing);
	stub.SetSerializeCallback(SerializeScan);
	stub.SetDeserializeCallback(DeserializeScan);
	return stub;
}

static duckdb::TableFunction ParquetScan(duckdb::ClientContext &context) {
	auto &catalog = duckdb::Catalog::GetSystemCatalog(context);
	auto &entry = catalog.GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet_scan");
	return entry.functions.GetFunctionByOffset(0);
}

//! Sets `function` up for the scan and returns its bind data.
static duckdb::unique_ptr<duckdb::FunctionData> BindScan(duckdb::ClientContext &context,
                                                         const duckdb::shared_ptr<LakeScanInfo> &info,
                                                         duckdb::TableFunction &function) {
	function = ParquetScan(context);
	info->inner.scan = function.function;
	info->inner.init = function.init_global;
	function.name = SCAN_FUNCTION;
	function.function = Scan;
	function.init_global = InitScan;
	function.function_info = info;
	function.get_multi_file_reader = LakeFileReader::Create;
	function.get_bind_info = GetBindInfo;
	function.get_virtual_columns = VirtualColumns;
	function.get_row_id_columns = RowIdColumns;
	function.statistics = nullptr;
	function.statistics_extended = lake_scan::ColumnStatistics;
	// Parquet's own knows nothing of deletion vectors once its metadata is cached.
	function.get_partition_stats = lake_scan::FileStatistics;
	function.to_string = lake_scan::Explain;
	function.dynamic_to_string = lake_scan::ExplainAnalyze;
	function.SetSerializeCallback(SerializeScan);
	function.SetDeserializeCallback(DeserializeScan);

	duckdb::vector<duckdb::Value> inputs {duckdb::Value(info->target.display_name)};
	duckdb::named_parameter_map_t parameters;
	// Parquet's minimum and maximum leave NaN out, which DuckDB orders above everything.
	parameters["can_have_nan"] = duckdb::Value::BOOLEAN(true);
	duckdb::vector<duckdb::LogicalType> input_types;
	duckdb::vector<std::string> input_names;
	duckdb::TableFunctionRef reference;
	duckdb::TableFunctionBindInput input(inputs, parameters, input_types, input_names, info.get(), nullptr, function,
	                                     reference);
	duckdb::vector<duckdb::LogicalType> types;
	duckdb::vector<std::string> names;
	auto bind_data = function.bind(context, input, types, names);
	bind_data->Cast<duckdb::MultiFileBindData>().virtual_columns = LakeVirtualColumns();
	return bind_data;
}

static bool HasScanStub(duckdb::ClientContext &context) {
	auto &catalog = duckdb::Catalog::GetSystemCatalog(context);
	return bool(catalog.GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, SCAN_FUNCTION,
	                                                                duckdb::OnEntryNotFound::RETURN_NULL));
}

duckdb::TableFunction MakeLakeScan(duckdb::ClientContext &context, ScanTarget target,
                                   duckdb::unique_ptr<duckdb::FunctionData> &bind_data) {
	return AtBorder([&] {
		auto info = duckdb::make_shared_ptr<LakeScanInfo>(context, std::move(target));
		info->can_be_copied = HasScanStub(context);
		ScanRegistry::Of(context)->Add(info);
		duckdb::TableFunction function;
		bind_data = BindScan(context, info, function);
		return function;
	});
}

} // namespace merganser
