#include "engine/catalog/identity_clause.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "engine/catalog/table_clauses.hpp"
#include "protocol/number_text.hpp"

#include <string>

namespace merganser {

namespace {

using duckdb::LogicalType;

constexpr const char *FUNCTION_NAME = "identity";

int64_t NumberOf(duckdb::ClientContext &context, const std::string &name, const duckdb::ParsedExpression &argument) {
	const auto text = OptionText(context, FUNCTION_NAME, name, argument);
	const auto number = TryParseInteger(text);
	if (!number) {
		throw duckdb::BinderException("%s: \"%s\" is a whole number, not %s", FUNCTION_NAME, name, text);
	}
	return *number;
}

void RefuseCall(duckdb::DataChunk &, duckdb::ExpressionState &, duckdb::Vector &) {
	throw duckdb::InvalidInputException("identity() gives no value: it says in CREATE TABLE that a column of a Delta "
	                                    "table is numbered, see docs/sql.md");
}

} // namespace

std::optional<IdentityColumn> IdentityOf(duckdb::ClientContext &context, const duckdb::ParsedExpression &expression) {
	if (expression.GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) {
		return std::nullopt;
	}
	const auto &call = expression.Cast<duckdb::FunctionExpression>();
	if (!duckdb::StringUtil::CIEquals(call.function_name, FUNCTION_NAME) || !call.schema.empty()) {
		return std::nullopt;
	}
	IdentityColumn column;
	column.allows_given_values = true;
	if (call.children.size() >= 2) {
		column.start = NumberOf(context, "start", *call.children[0]);
		column.step = NumberOf(context, "step", *call.children[1]);
	}
	if (call.children.size() >= 3) {
		const auto always = TryParseBoolean(OptionText(context, FUNCTION_NAME, "always", *call.children[2]));
		column.allows_given_values = !always.value_or(false);
	}
	return column;
}

duckdb::ScalarFunctionSet MakeIdentityFunctions() {
	duckdb::ScalarFunctionSet functions(FUNCTION_NAME);
	const duckdb::vector<duckdb::vector<LogicalType>> signatures = {
	    {},
	    {LogicalType::BIGINT, LogicalType::BIGINT},
	    {LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::BOOLEAN}};
	for (const auto &arguments : signatures) {
		duckdb::ScalarFunction function(arguments, LogicalType::BIGINT, RefuseCall);
		// Not to be computed before it is called, and an error when it is.
		function.SetVolatile();
		function.SetFallible();
		functions.AddFunction(function);
	}
	return functions;
}

} // namespace merganser
