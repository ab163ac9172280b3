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
#include "engine/session/lake_transaction.hpp"
#include "engine/write/plan_insert.hpp"

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
	if (!op.column_index_map.empty()) {
		plan = planner.ResolveDefaultsProjection(op, *plan);
	}
	InsertPlan insert {*this, table.Location(), op.return_chunk};
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

//! `what`: the statement as SQL writes it. Rows can be added, and a table can be made anew.
[[noreturn]] static void RefuseChange(const std::string &what, const duckdb::TableCatalogEntry &table) {
	throw duckdb::NotImplementedException(
	    "%s \"%s\" is not supported in this version; rows can be inserted, and CREATE OR REPLACE TABLE … AS writes a "
	    "table anew",
	    what, table.name);
}

duckdb::PhysicalOperator &LakeCatalog::PlanDelete(duckdb::ClientContext &context,
                                                  duckdb::PhysicalPlanGenerator &planner, duckdb::LogicalDelete &op,
                                                  duckdb::PhysicalOperator &plan) {
	(void)context;
	(void)planner;
	(void)plan;
	RefuseChange("DELETE FROM", op.table);
}

duckdb::PhysicalOperator &LakeCatalog::PlanUpdate(duckdb::ClientContext &context,
                                                  duckdb::PhysicalPlanGenerator &planner, duckdb::LogicalUpdate &op,
                                                  duckdb::PhysicalOperator &plan) {
	(void)context;
	(void)planner;
	(void)plan;
	RefuseChange("UPDATE", op.table);
}

duckdb::PhysicalOperator &LakeCatalog::PlanMergeInto(duckdb::ClientContext &context,
                                                     duckdb::PhysicalPlanGenerator &planner,
                                                     duckdb::LogicalMergeInto &op, duckdb::PhysicalOperator &plan) {
	(void)context;
	(void)planner;
	(void)plan;
	RefuseChange("MERGE INTO", op.table);
}

} // namespace merganser
