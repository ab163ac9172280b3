#include "engine/catalog/added_values.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/parser/expression/default_expression.hpp"
#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "duckdb/parser/statement/update_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/operator/logical_simple.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "engine/catalog/alter_table.hpp"
#include "engine/catalog/evolved_table.hpp"
#include "engine/catalog/lake_table.hpp"

#include <utility>

namespace merganser {

namespace {

using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

//! Where the plan has the ALTER of a table; nullptr for another statement.
duckdb::unique_ptr<LogicalOperator> *AlterIn(duckdb::unique_ptr<LogicalOperator> &plan) {
	if (plan && plan->type == LogicalOperatorType::LOGICAL_EXPLAIN) {
		return AlterIn(plan->children[0]);
	}
	return plan && plan->type == LogicalOperatorType::LOGICAL_ALTER ? &plan : nullptr;
}

//! nullptr where the catalog says what is wrong, or the table is none of ours.
duckdb::optional_ptr<LakeTable> FindTable(duckdb::ClientContext &context, const duckdb::AlterInfo &info) {
	const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, info.name);
	auto entry =
	    duckdb::Catalog::GetEntry(context, info.catalog, info.schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
	return dynamic_cast<LakeTable *>(entry.get());
}

duckdb::unique_ptr<duckdb::UpdateStatement> SetToDefault(const LakeTable &table, const std::string &name,
                                                         const std::string &column) {
	auto place = duckdb::make_uniq<duckdb::BaseTableRef>();
	place->catalog_name = table.catalog.GetName();
	place->schema_name = table.schema.name;
	place->table_name = name;
	auto set = duckdb::make_uniq<duckdb::UpdateSetInfo>();
	set->columns.push_back(column);
	set->expressions.push_back(duckdb::make_uniq<duckdb::DefaultExpression>());
	auto update = duckdb::make_uniq<duckdb::UpdateStatement>();
	update->table = std::move(place);
	update->set_info = std::move(set);
	return update;
}

void FillAddedColumn(duckdb::PlannerExtensionInput &input, duckdb::BoundStatement &bound) {
	auto *place = AlterIn(bound.plan);
	if (!place) {
		return;
	}
	auto *alter = dynamic_cast<duckdb::AlterTableInfo *>((*place)->Cast<duckdb::LogicalSimple>().info.get());
	auto table = alter ? FindTable(input.context, *alter) : nullptr;
	if (!table || !AddsValues(*table, *alter)) {
		return;
	}
	auto change = PlanAlterTable(input.context, *table, *alter);
	if (change.IsEmpty()) {
		return;
	}
	const auto &column = alter->Cast<duckdb::AddColumnInfo>().new_column.Name();
	const auto name = KeepEvolvedTable(input.context, *table, std::move(change));
	auto update = SetToDefault(*table, name, column);
	auto &properties = input.binder.GetStatementProperties();
	const auto returns = properties.return_type;
	auto filled =
	    duckdb::Binder::CreateBinder(input.context, &input.binder)->Bind(static_cast<duckdb::SQLStatement &>(*update));
	properties.return_type = returns;
	const bool is_explained = place != &bound.plan;
	*place = std::move(filled.plan);
	if (!is_explained) {
		bound.names = std::move(filled.names);
		bound.types = std::move(filled.types);
	}
}

} // namespace

void RegisterAddedValues(duckdb::DatabaseInstance &db) {
	duckdb::PlannerExtension extension;
	extension.post_bind_function = FillAddedColumn;
	duckdb::PlannerExtension::Register(duckdb::DBConfig::GetConfig(db), std::move(extension));
}

} // namespace merganser
