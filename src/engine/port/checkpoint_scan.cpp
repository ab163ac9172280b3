#include "engine/port/checkpoint_scan.hpp"

#include "base/error.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "duckdb/parallel/async_result.hpp"
#include "duckdb/parallel/thread_context.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

#include <algorithm>

namespace merganser {

//! PROTOCOL.md, "Checkpoint Schema": one column for each kind of action.
static bool IsActionColumn(const std::string &name) {
	return name == "add" || name == "remove" || name == "metaData" || name == "protocol" || name == "txn" ||
	       name == "domainMetadata" || name == "checkpointMetadata" || name == "sidecar";
}

namespace {

//! Carries the file, with its options, to the reader: a path alone would lose them and be taken for a pattern.
struct OneFileInfo : public duckdb::TableFunctionInfo {
	explicit OneFileInfo(duckdb::OpenFileInfo file_p) : file(std::move(file_p)) {
	}
	duckdb::OpenFileInfo file;
};

class OneFileReader : public duckdb::MultiFileReader {
public:
	explicit OneFileReader(duckdb::OpenFileInfo file_p) : file(std::move(file_p)) {
	}
	duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext &,
	                                                         const duckdb::vector<std::string> &,
	                                                         const duckdb::FileGlobInput &) override {
		return duckdb::make_shared_ptr<duckdb::SimpleMultiFileList>(duckdb::vector<duckdb::OpenFileInfo> {file});
	}
	duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
		return duckdb::make_uniq<OneFileReader>(file);
	}
	static duckdb::unique_ptr<duckdb::MultiFileReader> Create(const duckdb::TableFunction &function) {
		return duckdb::make_uniq<OneFileReader>(function.function_info->Cast<OneFileInfo>().file);
	}

private:
	duckdb::OpenFileInfo file;
};

duckdb::TableFunction ParquetScanOf(duckdb::ClientContext &context, const duckdb::OpenFileInfo &file) {
	auto &catalog = duckdb::Catalog::GetSystemCatalog(context);
	auto &entry = catalog.GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet_scan");
	auto function = entry.functions.GetFunctionByArguments(context, {duckdb::LogicalType::VARCHAR});
	function.function_info = duckdb::make_shared_ptr<OneFileInfo>(file);
	function.get_multi_file_reader = OneFileReader::Create;
	return function;
}

} // namespace

CheckpointScan::CheckpointScan(duckdb::ClientContext &context_p, const duckdb::OpenFileInfo &file)
    : context(context_p), function(ParquetScanOf(context, file)) {
	duckdb::vector<duckdb::Value> inputs {duckdb::Value(file.path)};
	duckdb::named_parameter_map_t parameters;
	// A folder of the table may look like a partition, and old writers leave the mark of texts out.
	parameters["hive_partitioning"] = duckdb::Value::BOOLEAN(false);
	parameters["binary_as_string"] = duckdb::Value::BOOLEAN(true);
	duckdb::vector<duckdb::LogicalType> input_types;
	duckdb::vector<std::string> input_names;
	duckdb::TableFunctionRef reference;
	duckdb::TableFunctionBindInput input(inputs, parameters, input_types, input_names, function.function_info.get(),
	                                     nullptr, function, reference);
	bind_data = function.bind(context, input, types, names);
	// The row number is known to the scan only after this.
	function.get_virtual_columns(context, bind_data.get());
	if (std::none_of(names.begin(), names.end(), IsActionColumn)) {
		throw Error(ErrorKind::CORRUPT, "it is a Parquet file, but no checkpoint: it has no column of a Delta action");
	}
}

uint64_t CheckpointScan::RowCount() {
	const auto cardinality = function.cardinality(context, bind_data.get());
	return cardinality && cardinality->has_estimated_cardinality ? cardinality->estimated_cardinality : 0;
}

void CheckpointScan::Start(duckdb::vector<duckdb::ColumnIndex> columns) {
	column_indexes = std::move(columns);
	for (const auto &column : column_indexes) {
		output_types.push_back(types[column.GetPrimaryIndex()]);
	}
	column_indexes.emplace_back(duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER);
	output_types.push_back(duckdb::LogicalType::BIGINT);
	duckdb::TableFunctionInitInput input(bind_data.get(), column_indexes, duckdb::vector<idx_t>(), nullptr);
	global_state = function.init_global(context, input);
}

idx_t CheckpointScan::ThreadCount() const {
	return std::max<idx_t>(global_state->MaxThreads(), 1);
}

void CheckpointScan::Read(const std::function<bool(duckdb::DataChunk &rows)> &consume) {
	duckdb::ThreadContext thread(context);
	duckdb::ExecutionContext execution(context, thread, nullptr);
	duckdb::TableFunctionInitInput input(bind_data.get(), column_indexes, duckdb::vector<idx_t>(), nullptr);
	const auto local_state = function.init_local(execution, input, global_state.get());
	if (!local_state) {
		return;
	}
	duckdb::DataChunk rows;
	rows.Initialize(duckdb::BufferAllocator::Get(context), output_types);
	while (true) {
		rows.Reset();
		duckdb::TableFunctionInput scan(bind_data.get(), local_state.get(), global_state.get());
		// In the other mode the thread that ends first ends the scan for all.
		scan.results_execution_mode = duckdb::AsyncResultsExecutionMode::TASK_EXECUTOR;
		function.function(context, scan, rows);
		if (scan.async_result.GetResultType() == duckdb::AsyncResultType::BLOCKED) {
			scan.async_result.ExecuteTasksSynchronously();
			continue;
		}
		if (rows.size() > 0 && !consume(rows)) {
			return;
		}
		if (scan.async_result.GetResultType() == duckdb::AsyncResultType::FINISHED) {
			return;
		}
	}
}

} // namespace merganser
