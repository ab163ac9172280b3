#include "engine/catalog/merge_keys.hpp"

#include "duckdb/main/config.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/operator/logical_comparison_join.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "engine/catalog/lake_table.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace merganser {

namespace {

using duckdb::ColumnBinding;
using duckdb::ExpressionType;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using duckdb::LogicalTypeId;

//! A column of the table and the one of the source that it equals in every matched row.
struct KeyPair {
	duckdb::PhysicalIndex column;
	ColumnBinding source;
};

//! Equal values are the same value: no collation, no NaN, no second zero, no two ways to write an interval.
bool IsExact(const duckdb::LogicalType &type) {
	switch (type.id()) {
	case LogicalTypeId::BOOLEAN:
	case LogicalTypeId::TINYINT:
	case LogicalTypeId::SMALLINT:
	case LogicalTypeId::INTEGER:
	case LogicalTypeId::BIGINT:
	case LogicalTypeId::DATE:
	case LogicalTypeId::TIMESTAMP:
	case LogicalTypeId::TIMESTAMP_TZ:
	case LogicalTypeId::DECIMAL:
	case LogicalTypeId::BLOB:
		return true;
	case LogicalTypeId::VARCHAR:
		return duckdb::StringType::GetCollation(type).empty();
	default:
		return false;
	}
}

std::optional<ColumnBinding> ColumnOf(const duckdb::Expression &expression) {
	if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) {
		return std::nullopt;
	}
	return expression.Cast<duckdb::BoundColumnRefExpression>().binding;
}

//! The MERGE of a plan, below EXPLAIN and RETURNING; nullptr for another statement, or of another table.
duckdb::LogicalMergeInto *MergeIn(LogicalOperator *plan) {
	while (plan && plan->type != LogicalOperatorType::LOGICAL_MERGE_INTO) {
		plan = plan->children.size() == 1 ? plan->children[0].get() : nullptr;
	}
	auto *merge = plan ? &plan->Cast<duckdb::LogicalMergeInto>() : nullptr;
	return merge && dynamic_cast<const LakeTable *>(&merge->table) ? merge : nullptr;
}

duckdb::LogicalComparisonJoin *JoinBelow(LogicalOperator *op) {
	while (op->children.size() == 1) {
		op = op->children[0].get();
	}
	return op->type == LogicalOperatorType::LOGICAL_COMPARISON_JOIN ? &op->Cast<duckdb::LogicalComparisonJoin>()
	                                                                : nullptr;
}

//! The scan of the table: a side of the join.
duckdb::LogicalGet *TargetOf(const duckdb::LogicalComparisonJoin &join, duckdb::idx_t table_index) {
	for (const auto &side : join.children) {
		if (side->type == LogicalOperatorType::LOGICAL_GET &&
		    side->Cast<duckdb::LogicalGet>().table_index == table_index) {
			return &side->Cast<duckdb::LogicalGet>();
		}
	}
	return nullptr;
}

std::vector<KeyPair> PairsOf(const duckdb::LogicalMergeInto &merge, const duckdb::LogicalComparisonJoin &join,
                             duckdb::idx_t table_index) {
	std::vector<KeyPair> pairs;
	auto *target = TargetOf(join, table_index);
	for (const auto &condition : join.conditions) {
		const bool is_equality = condition.comparison == ExpressionType::COMPARE_EQUAL ||
		                         condition.comparison == ExpressionType::COMPARE_NOT_DISTINCT_FROM;
		auto own = ColumnOf(*condition.left);
		auto source = ColumnOf(*condition.right);
		if (!target || !is_equality || !own || !source || !IsExact(condition.left->return_type) ||
		    condition.left->return_type != condition.right->return_type) {
			continue;
		}
		if (own->table_index != table_index) {
			std::swap(own, source);
		}
		if (own->table_index != table_index || source->table_index == table_index) {
			continue;
		}
		const auto &index = target->GetColumnIds().at(own->column_index);
		if (!index.IsVirtualColumn() && !index.HasChildren()) {
			const auto &column = merge.table.GetColumn(index.ToLogical());
			pairs.push_back({column.Physical(), *source});
		}
	}
	return pairs;
}

bool IsKey(const std::vector<KeyPair> &pairs, duckdb::PhysicalIndex column, const duckdb::Expression &value,
           const duckdb::LogicalProjection &rows) {
	const auto place = ColumnOf(value);
	const auto source = place && place->table_index == rows.table_index
	                        ? ColumnOf(*rows.expressions.at(place->column_index))
	                        : std::nullopt;
	for (const auto &pair : pairs) {
		if (source && pair.column == column && pair.source == *source) {
			return true;
		}
	}
	return false;
}

//! Takes the keys out of what the action sets; one column stays, so that it still is an update.
void KeepOthers(duckdb::BoundMergeIntoAction &action, const std::vector<KeyPair> &pairs,
                const duckdb::LogicalProjection &rows) {
	for (size_t i = action.columns.size(); i-- > 0 && action.columns.size() > 1;) {
		if (IsKey(pairs, action.columns[i], *action.expressions[i], rows)) {
			action.columns.erase(action.columns.begin() + int64_t(i));
			action.expressions.erase(action.expressions.begin() + int64_t(i));
		}
	}
}

void LeaveKeysOut(duckdb::PlannerExtensionInput &, duckdb::BoundStatement &bound) {
	auto *merge = MergeIn(bound.plan.get());
	if (!merge || merge->children[0]->type != LogicalOperatorType::LOGICAL_PROJECTION) {
		return;
	}
	auto &rows = merge->children[0]->Cast<duckdb::LogicalProjection>();
	const auto row_id = ColumnOf(*rows.expressions.at(merge->row_id_start));
	auto *join = JoinBelow(rows.children[0].get());
	if (!row_id || !join) {
		return;
	}
	const auto pairs = PairsOf(*merge, *join, row_id->table_index);
	const auto actions = merge->actions.find(duckdb::MergeActionCondition::WHEN_MATCHED);
	if (pairs.empty() || actions == merge->actions.end()) {
		return;
	}
	for (auto &action : actions->second) {
		if (action->action_type == duckdb::MergeActionType::MERGE_UPDATE) {
			KeepOthers(*action, pairs, rows);
		}
	}
}

} // namespace

void RegisterMergeKeys(duckdb::DatabaseInstance &db) {
	duckdb::PlannerExtension extension;
	extension.post_bind_function = LeaveKeysOut;
	duckdb::PlannerExtension::Register(duckdb::DBConfig::GetConfig(db), std::move(extension));
}

} // namespace merganser
