#include "base/error.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/parser/parser_extension.hpp"
#include "duckdb/parser/statement/extension_statement.hpp"
#include "engine/functions/table_statement.hpp"
#include "engine/functions/late_statement.hpp"
#include "engine/functions/refused_statement.hpp"
#include "engine/functions/replace_where_statement.hpp"
#include "engine/functions/spark_statement.hpp"

#include <optional>
#include <utility>

namespace merganser {

namespace {

using duckdb::ParserExtensionParseResult;

struct ParsedStatement : public duckdb::ParserExtensionParseData {
	ParsedStatement(std::optional<FunctionCall> call_p, duckdb::shared_ptr<LateStatement> statement_p,
	                std::string text_p)
	    : call(std::move(call_p)), statement(std::move(statement_p)), text(std::move(text_p)) {
	}
	//! One of the two.
	const std::optional<FunctionCall> call;
	const duckdb::shared_ptr<LateStatement> statement;
	const std::string text;

	duckdb::unique_ptr<ParserExtensionParseData> Copy() const override {
		return duckdb::make_uniq<ParsedStatement>(call, statement, text);
	}
	std::string ToString() const override {
		return text;
	}
};

struct CallInfo : public duckdb::TableFunctionInfo {
	explicit CallInfo(FunctionCall call_p) : call(std::move(call_p)) {
	}
	const FunctionCall call;
};

ParserExtensionParseResult Parse(duckdb::ParserExtensionInfo *, const std::string &text) {
	try {
		auto call = ParseSparkStatement(text);
		auto statement = call ? nullptr : ParseReplaceWhere(text);
		if (!call && !statement) {
			statement = ParseTableStatement(text);
		}
		if (!call && !statement) {
			return ParserExtensionParseResult();
		}
		return ParserExtensionParseResult(
		    duckdb::make_uniq<ParsedStatement>(std::move(call), std::move(statement), text));
	} catch (const Error &error) {
		return ParserExtensionParseResult(std::string(error.what()));
	}
}

//! Binds the function that the statement stands for, and puts it into the plan.
duckdb::unique_ptr<duckdb::FunctionData> BindCall(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input,
                                                  duckdb::vector<duckdb::LogicalType> &types,
                                                  duckdb::vector<std::string> &names) {
	const auto &call = input.info->Cast<CallInfo>().call;
	auto &entry = duckdb::Catalog::GetSystemCatalog(context).GetEntry<duckdb::TableFunctionCatalogEntry>(
	    context, DEFAULT_SCHEMA, call.function);
	const duckdb::vector<duckdb::LogicalType> argument_types(call.arguments.size(), duckdb::LogicalType::VARCHAR);
	auto function = entry.functions.GetFunctionByArguments(context, argument_types);
	// In the caller's own lists: a copy of the plan binds the function again with what stands there.
	input.inputs = call.arguments;
	input.named_parameters = call.named;
	for (auto &[name, value] : input.named_parameters) {
		const auto &type = function.named_parameters.at(name);
		const auto text = value.ToString();
		if (!value.TryCastAs(context, type) || value.IsNull()) {
			throw duckdb::BinderException("\"%s\" is no %s", text, type.ToString());
		}
	}
	duckdb::TableFunctionBindInput inner(input.inputs, input.named_parameters, input.input_table_types,
	                                     input.input_table_names, function.function_info.get(), input.binder, function,
	                                     input.ref);
	auto bind_data = function.bind(context, inner, types, names);
	input.table_function = function;
	return bind_data;
}

duckdb::ParserExtensionPlanResult Plan(duckdb::ParserExtensionInfo *, duckdb::ClientContext &,
                                       duckdb::unique_ptr<duckdb::ParserExtensionParseData> parsed) {
	const auto &statement = dynamic_cast<ParsedStatement &>(*parsed);
	if (!statement.call) {
		return PlanLateStatement(statement.statement);
	}
	const auto &call = *statement.call;
	duckdb::ParserExtensionPlanResult result;
	result.function = duckdb::TableFunction(call.function, {}, nullptr, BindCall);
	result.function.function_info = duckdb::make_shared_ptr<CallInfo>(call);
	result.return_type = duckdb::StatementReturnType::QUERY_RESULT;
	return result;
}

duckdb::ParserExtension SparkStatements() {
	duckdb::ParserExtension extension;
	extension.parse_function = Parse;
	extension.plan_function = Plan;
	extension.parser_override = OverrideParser;
	return extension;
}

} // namespace

duckdb::unique_ptr<duckdb::SQLStatement> MakeExtensionStatement(duckdb::shared_ptr<LateStatement> statement,
                                                                const std::string &text) {
	auto result = duckdb::make_uniq<duckdb::ExtensionStatement>(
	    SparkStatements(), duckdb::make_uniq<ParsedStatement>(std::nullopt, std::move(statement), text));
	result->query = text;
	result->stmt_length = text.size();
	return result;
}

void RegisterSparkStatements(duckdb::DatabaseInstance &db) {
	duckdb::ParserExtension::Register(duckdb::DBConfig::GetConfig(db), SparkStatements());
}

} // namespace merganser
