#include "engine/functions/row_function.hpp"

namespace merganser {

namespace {

struct RowData : public duckdb::TableFunctionData {
	RowSet rows;
};

struct RowState : public duckdb::GlobalTableFunctionState {
	size_t next = 0;
};

} // namespace

void RowSet::AddColumn(const std::string &name, const duckdb::LogicalType &type) {
	names.push_back(name);
	types.push_back(type);
}

duckdb::unique_ptr<duckdb::FunctionData> MakeRowData(RowSet rows, duckdb::vector<duckdb::LogicalType> &types,
                                                     duckdb::vector<std::string> &names) {
	auto data = duckdb::make_uniq<RowData>();
	names = rows.names;
	types = rows.types;
	data->rows = std::move(rows);
	return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitRows(duckdb::ClientContext &context,
                                                              duckdb::TableFunctionInitInput &input) {
	(void)context;
	(void)input;
	return duckdb::make_uniq<RowState>();
}

void EmitRows(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	(void)context;
	auto &rows = input.bind_data->Cast<RowData>().rows;
	auto &state = input.global_state->Cast<RowState>();
	duckdb::idx_t count = 0;
	while (state.next < rows.rows.size() && count < STANDARD_VECTOR_SIZE) {
		auto &row = rows.rows[state.next++];
		for (duckdb::idx_t column = 0; column < row.size(); column++) {
			output.SetValue(column, count, row[column]);
		}
		count++;
	}
	output.SetCardinality(count);
}

} // namespace merganser
