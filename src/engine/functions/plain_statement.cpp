#include "engine/functions/plain_statement.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/create_statement.hpp"
#include "duckdb/planner/operator/logical_create_table.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "protocol/clustering.hpp"

#include <utility>

namespace merganser {

PlainStatement::PlainStatement(std::string text_p, std::string created_by_p)
    : text(std::move(text_p)), created_by(std::move(created_by_p)) {
}

duckdb::BoundStatement PlainStatement::Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const {
	duckdb::Parser parser(context.GetParserOptions());
	parser.ParseQuery(text);
	auto &statement = *parser.statements.at(0);
	if (!created_by.empty()) {
		AddOption(statement);
	}
	auto bound = binder.Bind(statement);
	if (bound.plan->type == duckdb::LogicalOperatorType::LOGICAL_CREATE_TABLE) {
		auto &catalog = bound.plan->Cast<duckdb::LogicalCreateTable>().schema.ParentCatalog();
		if (catalog.GetCatalogType() != LAKE_TYPE) {
			throw duckdb::BinderException("CREATE TABLE has clauses of Delta's, and the database \"%s\" holds no Delta "
			                              "tables: name the table as 'lake.schema.table'",
			                              catalog.GetName());
		}
	}
	return bound;
}

void PlainStatement::AddOption(duckdb::SQLStatement &statement) const {
	auto &info = *statement.Cast<duckdb::CreateStatement>().info;
	auto &options = info.Cast<duckdb::CreateTableInfo>().options;
	const std::string name(CLUSTER_BY_PROPERTY);
	if (options.count(name) > 0) {
		throw duckdb::BinderException("CLUSTER BY and the option %s say the same: use one of them", name);
	}
	options[name] = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(created_by));
}

} // namespace merganser
