#include "engine/write/empty_join.hpp"

#include "base/error.hpp"
#include "duckdb/execution/operator/join/physical_hash_join.hpp"
#include "duckdb/execution/operator/projection/physical_projection.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"

namespace merganser {

namespace {

using duckdb::BoundReferenceExpression;
using duckdb::PhysicalOperatorType;

//! The column of the join's right side that is its output column `column`: in the hash table the keys come first.
duckdb::idx_t RightColumn(const duckdb::PhysicalHashJoin &join, duckdb::idx_t column) {
	const auto place = join.rhs_output_columns.col_idxs[column];
	const auto key_count = join.condition_types.size();
	return place < key_count ? join.conditions[place].right->Cast<BoundReferenceExpression>().index
	                         : join.payload_columns.col_idxs[place - key_count];
}

using Columns = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

void AddNulls(const duckdb::vector<duckdb::LogicalType> &types, Columns &columns) {
	for (const auto &type : types) {
		columns.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(duckdb::Value(type)));
	}
}

//! What the join gives when its other side, 0 or 1, has no rows.
duckdb::PhysicalOperator &RowsOfSide(duckdb::PhysicalPlanGenerator &planner, duckdb::PhysicalHashJoin &join,
                                     size_t side) {
	const auto &left = join.lhs_output_columns;
	const auto &right = join.rhs_output_columns;
	Columns columns;
	if (side == 0) {
		for (duckdb::idx_t i = 0; i < left.col_idxs.size(); i++) {
			columns.push_back(duckdb::make_uniq<BoundReferenceExpression>(left.col_types[i], left.col_idxs[i]));
		}
		AddNulls(right.col_types, columns);
	} else {
		AddNulls(left.col_types, columns);
		for (duckdb::idx_t i = 0; i < right.col_idxs.size(); i++) {
			columns.push_back(duckdb::make_uniq<BoundReferenceExpression>(right.col_types[i], RightColumn(join, i)));
		}
	}
	Verify(columns.size() == join.types.size(), "a join gives the columns of both sides");
	auto &rows = planner.Make<duckdb::PhysicalProjection>(join.types, std::move(columns), join.estimated_cardinality);
	rows.children.push_back(join.children[side]);
	return rows;
}

bool IsEmpty(const duckdb::PhysicalOperator &op) {
	return op.type == PhysicalOperatorType::EMPTY_RESULT;
}

} // namespace

duckdb::PhysicalOperator &WithoutEmptyJoin(duckdb::PhysicalPlanGenerator &planner, duckdb::PhysicalOperator &plan) {
	if (plan.type == PhysicalOperatorType::HASH_JOIN) {
		auto &join = plan.Cast<duckdb::PhysicalHashJoin>();
		if (join.join_type == duckdb::JoinType::RIGHT && IsEmpty(join.children[0])) {
			return RowsOfSide(planner, join, 1);
		}
		if (join.join_type == duckdb::JoinType::LEFT && IsEmpty(join.children[1])) {
			return RowsOfSide(planner, join, 0);
		}
		return plan;
	}
	if (plan.type == PhysicalOperatorType::PROJECTION || plan.type == PhysicalOperatorType::FILTER) {
		plan.children[0] = WithoutEmptyJoin(planner, plan.children[0]);
	}
	return plan;
}

} // namespace merganser
