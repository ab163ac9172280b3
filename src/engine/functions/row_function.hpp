#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

#include <vector>

namespace merganser {

//! The result of a table function that is computed when it is bound: named, typed columns and their rows.
struct RowSet {
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
	std::vector<duckdb::vector<duckdb::Value>> rows;

	void AddColumn(const std::string &name, const duckdb::LogicalType &type);
};

//! TIMESTAMPTZ from milliseconds since 1970.
duckdb::Value TimestampValue(int64_t milliseconds);

//! Gives out the rows from `next` on, as many as fit; none at the end.
void EmitNext(const std::vector<duckdb::vector<duckdb::Value>> &rows, size_t &next, duckdb::DataChunk &output);

//! A named parameter of type BOOLEAN; `otherwise` where it is not given or NULL.
bool IsTrue(const duckdb::TableFunctionBindInput &input, const char *parameter, bool otherwise = false);

//! A table function whose bind calls `produce`; CALL and FROM work alike.
using RowProducer = RowSet (*)(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input);

template <RowProducer PRODUCE>
duckdb::unique_ptr<duckdb::FunctionData> BindRows(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input,
                                                  duckdb::vector<duckdb::LogicalType> &types,
                                                  duckdb::vector<std::string> &names);

duckdb::unique_ptr<duckdb::FunctionData> MakeRowData(RowSet rows, duckdb::vector<duckdb::LogicalType> &types,
                                                     duckdb::vector<std::string> &names);
duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitRows(duckdb::ClientContext &context,
                                                              duckdb::TableFunctionInitInput &input);
void EmitRows(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output);

template <RowProducer PRODUCE>
duckdb::unique_ptr<duckdb::FunctionData> BindRows(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input,
                                                  duckdb::vector<duckdb::LogicalType> &types,
                                                  duckdb::vector<std::string> &names) {
	return MakeRowData(PRODUCE(context, input), types, names);
}

template <RowProducer PRODUCE>
duckdb::TableFunction MakeRowFunction(const std::string &name, duckdb::vector<duckdb::LogicalType> arguments) {
	return duckdb::TableFunction(name, std::move(arguments), EmitRows, BindRows<PRODUCE>, InitRows);
}

} // namespace merganser
