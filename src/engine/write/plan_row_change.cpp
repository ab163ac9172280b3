#include "engine/write/plan_row_change.hpp"

#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "duckdb/execution/operator/scan/physical_empty_result.hpp"
#include "duckdb/execution/operator/scan/physical_table_scan.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/write/empty_join.hpp"
#include "engine/write/generated_values.hpp"
#include "engine/write/lake_row_change.hpp"
#include "engine/write/replace_where.hpp"
#include "protocol/identity_columns.hpp"

#include <algorithm>

namespace merganser {

namespace {

using duckdb::Expression;
using duckdb::MergeActionType;

//! Columns that name a row in a message; more would hide the key among them.
constexpr size_t NAMING_COLUMNS_MAX = 4;

//! The scan of the plan that reads the table; nullptr for another one. What DuckDB has planned already has lost its
//! bind data, the function is still there.
const LakeScanInfo *ScanOf(const duckdb::LogicalOperator &op, const duckdb::TableCatalogEntry &table) {
	if (op.type != duckdb::LogicalOperatorType::LOGICAL_GET) {
		return nullptr;
	}
	auto &get = op.Cast<duckdb::LogicalGet>();
	const auto *info = dynamic_cast<const LakeScanInfo *>(get.function.function_info.get());
	return info && info->target.entry == &table ? info : nullptr;
}

//! The scan of the table below the operator; nullptr where none is left.
const LakeScanInfo *FindScan(const duckdb::LogicalOperator &op, const duckdb::TableCatalogEntry &table) {
	const auto *scan = ScanOf(op, table);
	for (size_t i = 0; !scan && i < op.children.size(); i++) {
		scan = FindScan(*op.children[i], table);
	}
	return scan;
}

//! Whether the rows come as the scan reads them: it is below nothing but what passes rows on, and the probe side of
//! joins.
bool IsInFileOrder(const duckdb::PhysicalOperator &child, const LakeScanInfo &scan) {
	const auto *op = &child;
	while (op->type == duckdb::PhysicalOperatorType::PROJECTION || op->type == duckdb::PhysicalOperatorType::FILTER ||
	       op->type == duckdb::PhysicalOperatorType::HASH_JOIN) {
		op = &op->children[0].get();
	}
	if (op->type != duckdb::PhysicalOperatorType::TABLE_SCAN) {
		return false;
	}
	return op->Cast<duckdb::PhysicalTableScan>().function.function_info.get() == &scan;
}

RowChangePlan MakePlan(const ChangedTable &table, RowStatement statement, const char *operation,
                       const LakeScanInfo *scan, const duckdb::PhysicalOperator &child) {
	RowChangePlan plan {table.catalog, statement, table.snapshot,
	                    scan ? scan->seen
	                         : SeenFiles {std::make_shared<DeletionVectorCache>(), std::make_shared<FileLayouts>()},
	                    MakeWriteSpec(table.snapshot->location, table.snapshot->configuration)};
	plan.change = table.BeginChange(operation);
	plan.row_id.is_in_file_order = scan && IsInFileOrder(child, *scan);
	return plan;
}

//! PROTOCOL.md, "Append-only Tables". The commit would be refused too, after all the work.
void CheckAppendOnly(const RowChangePlan &plan) {
	if (!plan.snapshot->configuration->IsAppendOnly()) {
		return;
	}
	for (const auto &action : plan.actions) {
		if (action.type == MergeActionType::MERGE_UPDATE || action.type == MergeActionType::MERGE_DELETE) {
			throw Error(ErrorKind::UNSUPPORTED, "table \"" + plan.snapshot->TableName() +
			                                        "\" is append-only (delta.appendOnly = true): its rows cannot be "
			                                        "changed or deleted. Set the property to false first");
		}
	}
}

//! As Spark: numbers that rows once got stay theirs.
void CheckIdentitiesKept(const RowChangePlan &plan) {
	const auto identities = IdentityColumnsOf(*plan.snapshot->configuration);
	for (const auto &action : plan.actions) {
		for (const auto &column : identities) {
			if (std::count(action.columns.begin(), action.columns.end(), column.field) > 0) {
				throw Error(ErrorKind::INVALID_INPUT, "table \"" + plan.snapshot->TableName() + "\": column \"" +
				                                          plan.spec.names[column.field] +
				                                          "\" is an identity column and cannot be updated. Name the "
				                                          "columns to set without it: UPDATE SET …");
			}
		}
	}
}

duckdb::PhysicalOperator &MakeOperator(duckdb::PhysicalPlanGenerator &planner, RowChangePlan plan,
                                       const duckdb::LogicalOperator &op, duckdb::PhysicalOperator &child) {
	CheckAppendOnly(plan);
	CheckIdentitiesKept(plan);
	auto &change = planner.Make<LakeRowChange>(op.types, std::move(plan), op.estimated_cardinality);
	change.children.push_back(child);
	return change;
}

duckdb::unique_ptr<Expression> ValueOf(duckdb::unique_ptr<Expression> expression,
                                       const duckdb::vector<duckdb::unique_ptr<Expression>> &defaults,
                                       idx_t storage_index) {
	if (expression->GetExpressionType() == duckdb::ExpressionType::VALUE_DEFAULT) {
		return defaults[storage_index]->Copy();
	}
	return expression;
}

void SetUpdate(RowAction &action, const duckdb::vector<duckdb::PhysicalIndex> &columns,
               duckdb::vector<duckdb::unique_ptr<Expression>> expressions,
               const duckdb::vector<duckdb::unique_ptr<Expression>> &defaults) {
	action.type = MergeActionType::MERGE_UPDATE;
	for (size_t i = 0; i < columns.size(); i++) {
		action.columns.push_back(columns[i].index);
		action.expressions.push_back(ValueOf(std::move(expressions[i]), defaults, columns[i].index));
	}
}

//! The columns of the table that the statement looks at, without nested ones: keys of joins are among them.
void FindNamingColumns(const duckdb::LogicalOperator &op, const duckdb::TableCatalogEntry &table, RowChangePlan &plan) {
	if (ScanOf(op, table)) {
		for (const auto &column : op.Cast<duckdb::LogicalGet>().GetColumnIds()) {
			const auto index = column.GetPrimaryIndex();
			const bool is_new =
			    std::find(plan.naming_columns.begin(), plan.naming_columns.end(), index) == plan.naming_columns.end();
			if (index < plan.spec.types.size() && !plan.spec.types[index].IsNested() && is_new &&
			    plan.naming_columns.size() < NAMING_COLUMNS_MAX) {
				plan.naming_columns.push_back(index);
			}
		}
	}
	for (const auto &child : op.children) {
		FindNamingColumns(*child, table, plan);
	}
}

//! The number of rows when every row is deleted and the log says how many there are.
std::optional<uint64_t> AllRows(const duckdb::LogicalDelete &op, const duckdb::PhysicalOperator &child) {
	const auto *scan = ScanOf(*op.children[0], op.table);
	if (op.return_chunk || !scan || child.type != duckdb::PhysicalOperatorType::TABLE_SCAN) {
		return std::nullopt;
	}
	// A filter that is true for all rows of the chosen files is in the record only.
	const bool reads_all = scan->target.record && !scan->target.record->GetPredicate();
	const auto &filters = child.Cast<duckdb::PhysicalTableScan>().table_filters;
	if (!reads_all || (filters && !filters->filters.empty())) {
		return std::nullopt;
	}
	return scan->bounds.LiveRows();
}

RowAction TakeAction(duckdb::LogicalMergeInto &op, duckdb::MergeActionCondition when,
                     duckdb::BoundMergeIntoAction &bound, const GeneratedValues &generated) {
	RowAction action;
	action.when = when;
	action.type = bound.action_type;
	action.condition = std::move(bound.condition);
	if (bound.action_type == MergeActionType::MERGE_UPDATE) {
		SetUpdate(action, bound.columns, std::move(bound.expressions), op.bound_defaults);
		generated.AddTo(action);
		return action;
	}
	if (bound.action_type != MergeActionType::MERGE_INSERT || bound.column_index_map.empty()) {
		action.expressions = std::move(bound.expressions);
		return action;
	}
	std::vector<bool> given;
	for (auto &column : op.table.GetColumns().Physical()) {
		const auto mapped = bound.column_index_map[column.Physical()];
		given.push_back(mapped != duckdb::DConstants::INVALID_INDEX);
		action.expressions.push_back(mapped == duckdb::DConstants::INVALID_INDEX
		                                 ? op.bound_defaults[column.StorageOid()]->Copy()
		                                 : std::move(bound.expressions[mapped]));
	}
	generated.Compute(action, given);
	return action;
}

} // namespace

duckdb::PhysicalOperator &PlanLakeUpdate(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                         const ChangedTable &table, duckdb::LogicalUpdate &op,
                                         duckdb::PhysicalOperator &child) {
	return AtBorder([&]() -> duckdb::PhysicalOperator & {
		auto plan = MakePlan(table, RowStatement::UPDATE, "UPDATE", FindScan(op, op.table), child);
		plan.returning = op.return_chunk;
		// The row id is what comes last.
		plan.row_id.file_index = child.types.size() - 2;
		plan.row_id.position = child.types.size() - 1;
		SetUpdate(plan.actions.emplace_back(), op.columns, std::move(op.expressions), op.bound_defaults);
		GeneratedValues(context, table.snapshot->configuration->GetSchema()).AddTo(plan.actions.back());
		return MakeOperator(planner, std::move(plan), op, child);
	});
}

duckdb::PhysicalOperator &PlanLakeDelete(duckdb::PhysicalPlanGenerator &planner, const ChangedTable &table,
                                         duckdb::LogicalDelete &op, duckdb::PhysicalOperator &child) {
	return AtBorder([&]() -> duckdb::PhysicalOperator & {
		auto plan = MakePlan(table, RowStatement::DELETE, "DELETE", FindScan(op, op.table), child);
		plan.returning = op.return_chunk;
		plan.row_id.file_index = op.expressions[0]->Cast<duckdb::BoundReferenceExpression>().index;
		plan.row_id.position = op.expressions[1]->Cast<duckdb::BoundReferenceExpression>().index;
		plan.actions.emplace_back().type = MergeActionType::MERGE_DELETE;
		plan.all_rows = AllRows(op, child);
		if (plan.all_rows) {
			auto &nothing = planner.Make<duckdb::PhysicalEmptyResult>(child.types, 0);
			return MakeOperator(planner, std::move(plan), op, nothing);
		}
		return MakeOperator(planner, std::move(plan), op, child);
	});
}

duckdb::PhysicalOperator &PlanLakeMerge(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                        const ChangedTable &table, duckdb::LogicalMergeInto &op,
                                        duckdb::PhysicalOperator &child) {
	return AtBorder([&]() -> duckdb::PhysicalOperator & {
		auto plan = MakePlan(table, RowStatement::MERGE, "MERGE", FindScan(op, op.table), child);
		plan.returning = op.return_chunk;
		plan.row_id.file_index = op.row_id_start;
		plan.row_id.position = op.row_id_start + 1;
		if (op.source_marker.IsValid()) {
			plan.row_id.source_marker = op.source_marker.GetIndex();
		}
		const GeneratedValues generated(context, table.snapshot->configuration->GetSchema());
		for (auto &[when, bound_actions] : op.actions) {
			for (auto &bound : bound_actions) {
				plan.actions.push_back(TakeAction(op, when, *bound, generated));
			}
		}
		FindNamingColumns(op, op.table, plan);
		auto *replace = dynamic_cast<LogicalReplaceWhere *>(&op);
		auto &rows = replace ? PlanReplacedRows(context, *replace, plan, child) : WithoutEmptyJoin(planner, child);
		return MakeOperator(planner, std::move(plan), op, rows);
	});
}

} // namespace merganser
