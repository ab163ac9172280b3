#include "engine/write/plan_insert.hpp"

#include "base/json_writer.hpp"
#include "duckdb/execution/operator/order/physical_order.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/planner/bound_result_modifier.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/logical_operator.hpp"
#include "engine/port/error_border.hpp"
#include "engine/write/cast_to_table.hpp"
#include "engine/write/generated_values.hpp"
#include "engine/write/lake_insert.hpp"

namespace merganser {

namespace {

//! SORTED BY: DuckDB's sort below the sink, so that it runs on all threads and spills.
duckdb::PhysicalOperator &SortRows(duckdb::PhysicalPlanGenerator &planner, duckdb::PhysicalOperator &child,
                                   const std::vector<SortKey> &keys) {
	duckdb::vector<duckdb::BoundOrderByNode> orders;
	for (const auto &key : keys) {
		orders.emplace_back(key.descending ? duckdb::OrderType::DESCENDING : duckdb::OrderType::ASCENDING,
		                    key.nulls_first ? duckdb::OrderByNullType::NULLS_FIRST
		                                    : duckdb::OrderByNullType::NULLS_LAST,
		                    duckdb::make_uniq<duckdb::BoundReferenceExpression>(child.types[key.column], key.column));
	}
	duckdb::vector<idx_t> projections;
	for (idx_t i = 0; i < child.types.size(); i++) {
		projections.push_back(i);
	}
	auto &order = planner.Make<duckdb::PhysicalOrder>(child.types, std::move(orders), std::move(projections),
	                                                  child.estimated_cardinality);
	order.children.push_back(child);
	return order;
}

duckdb::PhysicalOperator &PlanSink(duckdb::PhysicalPlanGenerator &planner, LakeInsertPlan insert,
                                   duckdb::LogicalOperator &op, duckdb::PhysicalOperator &rows) {
	auto *source = &rows;
	if (!insert.spec.sort_keys.empty()) {
		source = &SortRows(planner, rows, insert.spec.sort_keys);
	}
	// An ORDER BY is kept, because it gives files with narrow bounds. The order of a plain scan is not: Delta's files
	// have no order.
	insert.keep_order = duckdb::PhysicalPlanGenerator::OrderPreservationRecursive(*source) ==
	                    duckdb::OrderPreservationType::FIXED_ORDER;
	auto &sink = planner.Make<LakeInsert>(op.types, std::move(insert), op.estimated_cardinality);
	sink.children.push_back(*source);
	return sink;
}

} // namespace

duckdb::PhysicalOperator &PlanLakeInsert(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                         const InsertPlan &insert, duckdb::LogicalOperator &op,
                                         duckdb::PhysicalOperator &child) {
	return AtBorder([&]() -> duckdb::PhysicalOperator & {
		const auto &configuration = insert.table.snapshot->configuration;
		LakeInsertPlan plan {insert.table.catalog, MakeWriteSpec(insert.table.snapshot->location, configuration),
		                     insert.table.BeginChange("WRITE")};
		plan.returning = insert.returning;
		plan.change.operation_parameters["mode"] = "Append";
		plan.change.operation_parameters["partitionBy"] =
		    JsonWriter().Strings(configuration->GetMetadata().partition_columns).Take();
		auto &given_rows = CastToTable(context, planner, child, plan.spec.types);
		const GeneratedValues generated(context, configuration->GetSchema());
		auto &rows = generated.Compute(planner, given_rows, insert.given);
		return PlanSink(planner, std::move(plan), op, rows);
	});
}

duckdb::PhysicalOperator &PlanLakeCreateAs(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                           const CreateAsPlan &create, duckdb::LogicalOperator &op,
                                           duckdb::PhysicalOperator &child) {
	return AtBorder([&]() -> duckdb::PhysicalOperator & {
		auto protocol = create.create.protocol;
		if (!protocol) {
			const auto view = LakeTransaction::Get(context, create.catalog).View(context, create.location);
			Verify(view != nullptr, "a table is created with a protocol");
			protocol = view->configuration->GetProtocol();
		}
		Verify(create.create.metadata.has_value(), "a table is created with metadata");
		auto configuration =
		    std::make_shared<const TableConfiguration>(create.location.name, *protocol, *create.create.metadata);
		LakeInsertPlan plan {create.catalog, MakeWriteSpec(create.location, std::move(configuration)), create.create};
		plan.creates = true;
		plan.replaces_all = create.or_replace;
		auto &rows = CastToTable(context, planner, child, plan.spec.types);
		return PlanSink(planner, std::move(plan), op, rows);
	});
}

} // namespace merganser
