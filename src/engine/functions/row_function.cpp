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

duckdb::Value TimestampValue(int64_t milliseconds) {
	return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::Timestamp::FromEpochMs(milliseconds).value));
}

void EmitNext(const std::vector<duckdb::vector<duckdb::Value>> &rows, size_t &next, duckdb::DataChunk &output) {
	duckdb::idx_t count = 0;
	while (next < rows.size() && count < STANDARD_VECTOR_SIZE) {
		const auto &row = rows[next++];
		for (duckdb::idx_t column = 0; column < row.size(); column++) {
			output.SetValue(column, count, row[column]);
		}
		count++;
	}
	output.SetCardinality(count);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitRows(duckdb::ClientContext &,
                                                              duckdb::TableFunctionInitInput &) {
	return duckdb::make_uniq<RowState>();
}

void EmitRows(duckdb::ClientContext &, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	EmitNext(input.bind_data->Cast<RowData>().rows.rows, input.global_state->Cast<RowState>().next, output);
}

bool IsTrue(const duckdb::TableFunctionBindInput &input, const char *parameter, bool otherwise) {
	const auto found = input.named_parameters.find(parameter);
	if (found == input.named_parameters.end() || found->second.IsNull()) {
		return otherwise;
	}
	return duckdb::BooleanValue::Get(found->second);
}

} // namespace merganser
