#include "engine/functions/late_statement.hpp"

#include "duckdb/main/config.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/planner_extension.hpp"

#include <string>
#include <utility>

namespace merganser {

namespace {

duckdb::unique_ptr<duckdb::FunctionData> BindPlaceholder(duckdb::ClientContext &, duckdb::TableFunctionBindInput &,
                                                         duckdb::vector<duckdb::LogicalType> &types,
                                                         duckdb::vector<std::string> &names) {
	types.push_back(duckdb::LogicalType::BIGINT);
	names.push_back("Count");
	return nullptr;
}

void BindLateStatement(duckdb::PlannerExtensionInput &input, duckdb::BoundStatement &bound) {
	if (!bound.plan || bound.plan->type != duckdb::LogicalOperatorType::LOGICAL_GET) {
		return;
	}
	const auto info = bound.plan->Cast<duckdb::LogicalGet>().function.function_info;
	if (const auto *statement = dynamic_cast<const LateStatement *>(info.get())) {
		// A binder of its own: the placeholder's columns are not to be seen.
		bound = statement->Bind(input.context, *duckdb::Binder::CreateBinder(input.context, input.binder));
	}
}

} // namespace

duckdb::ParserExtensionPlanResult PlanLateStatement(duckdb::shared_ptr<LateStatement> statement) {
	duckdb::ParserExtensionPlanResult result;
	result.function = duckdb::TableFunction("late_statement", {}, nullptr, BindPlaceholder);
	result.function.function_info = std::move(statement);
	return result;
}

void RegisterLateStatements(duckdb::DatabaseInstance &db) {
	duckdb::PlannerExtension extension;
	extension.post_bind_function = BindLateStatement;
	duckdb::PlannerExtension::Register(duckdb::DBConfig::GetConfig(db), std::move(extension));
}

} // namespace merganser
