#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/planner/operator/logical_create_table.hpp"
#include "duckdb/planner/operator/logical_delete.hpp"
#include "duckdb/planner/operator/logical_insert.hpp"
#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "duckdb/planner/operator/logical_update.hpp"
#include "engine/catalog/create_table.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "engine/catalog/lake_schema.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/catalog/statement_predicates.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/plan_insert.hpp"
#include "engine/write/plan_row_change.hpp"

namespace merganser {

duckdb::PhysicalOperator &LakeCatalog::PlanInsert(duckdb::ClientContext &context,
                                                  duckdb::PhysicalPlanGenerator &planner, duckdb::LogicalInsert &op,
                                                  duckdb::optional_ptr<duckdb::PhysicalOperator> plan) {
	auto &table = op.table.Cast<LakeTable>();
	if (op.on_conflict_info.action_type != duckdb::OnConflictAction::THROW) {
		throw duckdb::NotImplementedException(
		    "INSERT INTO \"%s\" … ON CONFLICT is not supported: Delta tables have no unique keys. Insert the rows that "
		    "are new: … WHERE NOT EXISTS (…)",
		    table.name);
	}
	LakeTransaction::Get(context, *this).CheckMayWrite(context, table.Location());
	std::vector<bool> given;
	if (!op.column_index_map.empty()) {
		for (auto &column : table.GetColumns().Physical()) {
			given.push_back(op.column_index_map[column.Physical()] != duckdb::DConstants::INVALID_INDEX);
		}
		plan = planner.ResolveDefaultsProjection(op, *plan);
	}
	InsertPlan insert {{*this, table.GetSnapshot(), table.Evolution()}, op.return_chunk, std::move(given)};
	return PlanLakeInsert(context, planner, insert, op, *plan);
}

duckdb::PhysicalOperator &LakeCatalog::PlanCreateTableAs(duckdb::ClientContext &context,
                                                         duckdb::PhysicalPlanGenerator &planner,
                                                         duckdb::LogicalCreateTable &op,
                                                         duckdb::PhysicalOperator &plan) {
	auto &schema = op.schema.Cast<LakeSchema>();
	auto existing = schema.PrepareCreate(context, *op.info);
	auto &transaction = LakeTransaction::Get(context, *this);
	CreateAsPlan create {*this, schema.Locate(op.info->Base().table),
	                     PlanCreateTable(context, *this, *op.info, existing, true), existing != nullptr};
	transaction.CheckMayWrite(context, create.location);
	return PlanLakeCreateAs(context, planner, create, op, plan);
}

static ChangedTable TableOf(duckdb::ClientContext &context, duckdb::TableCatalogEntry &entry) {
	auto &table = entry.Cast<LakeTable>();
	if (table.IsTimeTravel()) {
		throw duckdb::BinderException(
		    "\"%s\" AT (…) is a past version of the table, which nothing can change. Change the table itself",
		    table.name);
	}
	LakeTransaction::Get(context, table.catalog).CheckMayWrite(context, table.Location());
	return ChangedTable {table.catalog, table.GetSnapshot(), table.Evolution(), PredicatesOfPlanned(context)};
}

duckdb::PhysicalOperator &LakeCatalog::PlanDelete(duckdb::ClientContext &context,
                                                  duckdb::PhysicalPlanGenerator &planner, duckdb::LogicalDelete &op,
                                                  duckdb::PhysicalOperator &plan) {
	return PlanLakeDelete(planner, TableOf(context, op.table), op, plan);
}

duckdb::PhysicalOperator &LakeCatalog::PlanUpdate(duckdb::ClientContext &context,
                                                  duckdb::PhysicalPlanGenerator &planner, duckdb::LogicalUpdate &op,
                                                  duckdb::PhysicalOperator &plan) {
	return PlanLakeUpdate(context, planner, TableOf(context, op.table), op, plan);
}

duckdb::PhysicalOperator &LakeCatalog::PlanMergeInto(duckdb::ClientContext &context,
                                                     duckdb::PhysicalPlanGenerator &planner,
                                                     duckdb::LogicalMergeInto &op, duckdb::PhysicalOperator &plan) {
	return PlanLakeMerge(context, planner, TableOf(context, op.table), op, plan);
}

} // namespace merganser
