#include "engine/port/variant_encoding.hpp"

#include "base/error.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/function/function_binder.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "protocol/variant_keys.hpp"

#include <utility>

namespace merganser {

namespace {

//! The function of DuckDB's Parquet extension that its own writer uses. It leaves the fields of objects unordered.
constexpr const char *FUNCTION = "variant_to_parquet_variant";

MutableBytes BytesOf(duckdb::string_t &blob) {
	return {blob.GetDataWriteable(), blob.GetSize()};
}

} // namespace

duckdb::LogicalType EncodedVariantType() {
	return duckdb::LogicalType::STRUCT({{"metadata", duckdb::LogicalType::BLOB}, {"value", duckdb::LogicalType::BLOB}});
}

VariantEncoding::VariantEncoding(duckdb::ClientContext &context, duckdb::idx_t column, std::string name_p)
    : name(std::move(name_p)) {
	duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> arguments;
	arguments.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(duckdb::LogicalType::VARIANT(), column));
	duckdb::ErrorData error;
	call = duckdb::FunctionBinder(context).BindScalarFunction(DEFAULT_SCHEMA, FUNCTION, std::move(arguments), error);
	if (!call) {
		error.Throw();
	}
}

void VariantEncoding::Encode(duckdb::ClientContext &context, duckdb::DataChunk &rows, duckdb::Vector &encoded) const {
	duckdb::ExpressionExecutor executor(context, *call);
	duckdb::Vector result(call->return_type);
	executor.ExecuteExpression(rows, result);
	result.Flatten(rows.size());
	// It has another name for the same type.
	encoded.Reinterpret(result);
	auto &parts = duckdb::StructVector::GetEntries(encoded);
	auto *metadata = duckdb::FlatVector::GetData<duckdb::string_t>(*parts[0]);
	auto *values = duckdb::FlatVector::GetData<duckdb::string_t>(*parts[1]);
	for (duckdb::idx_t row = 0; row < rows.size(); row++) {
		if (duckdb::FlatVector::IsNull(encoded, row)) {
			continue;
		}
		try {
			OrderVariantKeys(BytesOf(metadata[row]), BytesOf(values[row]));
		} catch (const Error &error) {
			throw duckdb::InvalidInputException("column \"%s\": %s", name, error.what());
		}
		metadata[row].Finalize();
		values[row].Finalize();
	}
}

} // namespace merganser
