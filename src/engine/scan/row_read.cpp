#include "engine/scan/row_read.hpp"
#include "engine/port/error_border.hpp"

#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/lake_scan_info.hpp"

#include <utility>

namespace merganser {

RowRead::RowRead(duckdb::ClientContext &context_p, SnapshotPtr snapshot_p, std::shared_ptr<const ChosenRows> chosen,
                 const std::vector<size_t> &fields, std::shared_ptr<DeletionVectorCache> deletion_vectors)
    : context(context_p), snapshot(std::move(snapshot_p)), row_tracking(*snapshot, fields) {
	duckdb::vector<duckdb::column_t> columns;
	for (const auto field : fields) {
		columns.push_back(field);
		types.push_back(ToDuckDBType(*snapshot->configuration->GetSchema().fields[field].type));
	}
	columns.push_back(duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX);
	types.push_back(duckdb::LogicalType::UBIGINT);
	columns.push_back(duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER);
	types.push_back(duckdb::LogicalType::BIGINT);
	ScanTarget target;
	target.display_name = snapshot->TableName();
	target.snapshot = snapshot;
	target.chosen = std::move(chosen);
	target.deletion_vectors = std::move(deletion_vectors);
	function = MakeLakeScan(context, std::move(target), bind_data);
	init =
	    duckdb::make_uniq<duckdb::TableFunctionInitInput>(bind_data.get(), std::move(columns), no_projection, nullptr);
	state = function.init_global(context, *init);
}

RowRead::~RowRead() = default;

RowRead::Reader::Reader(RowRead &read_p)
    : read(read_p), thread(read.context), execution(read.context, thread, nullptr),
      state(read.function.init_local(execution, *read.init, read.state.get())) {
}

bool RowRead::Reader::Next(duckdb::DataChunk &rows) {
	ThrowWhenInterrupted(read.context);
	rows.Reset();
	if (!state) {
		return false;
	}
	duckdb::TableFunctionInput input(read.bind_data.get(), state.get(), read.state.get());
	input.results_execution_mode = duckdb::AsyncResultsExecutionMode::SYNCHRONOUS;
	do {
		rows.Reset();
		read.function.function(read.context, input, rows);
	} while (rows.size() == 0 && input.async_result.GetResultType() == duckdb::AsyncResultType::HAVE_MORE_OUTPUT);
	if (rows.size() == 0) {
		return false;
	}
	if (read.row_tracking.IsWanted()) {
		read.row_tracking.Set(rows, FileOfIndex(read.FileIndexOf(rows)), read.PositionColumn());
	}
	return true;
}

std::vector<size_t> AllFields(const TableConfiguration &configuration) {
	std::vector<size_t> fields(configuration.GetSchema().fields.size());
	for (size_t i = 0; i < fields.size(); i++) {
		fields[i] = i;
	}
	return fields;
}

} // namespace merganser
