#include "engine/write/generated_values.hpp"

#include "base/error.hpp"
#include "duckdb/execution/operator/projection/physical_projection.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "engine/write/row_expressions.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace merganser {

namespace {

using ExpressionPtr = duckdb::unique_ptr<duckdb::Expression>;

//! Replaces each reference to a field by the expression of its new value.
void ReplaceFields(ExpressionPtr &expression, const std::function<const duckdb::Expression &(size_t field)> &value_of) {
	if (expression->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
		expression = value_of(expression->Cast<duckdb::BoundReferenceExpression>().index).Copy();
		return;
	}
	duckdb::ExpressionIterator::EnumerateChildren(*expression,
	                                              [&](ExpressionPtr &child) { ReplaceFields(child, value_of); });
}

} // namespace

GeneratedValues::GeneratedValues(duckdb::ClientContext &context, const Schema &schema) {
	std::vector<size_t> all(schema.fields.size());
	std::iota(all.begin(), all.end(), size_t(0));
	for (auto &column : GeneratedColumnsOf(schema)) {
		auto expression = BindToRows(context, column.value, schema, all);
		values.push_back({std::move(column), std::move(expression)});
	}
}

duckdb::PhysicalOperator &GeneratedValues::Compute(duckdb::PhysicalPlanGenerator &planner,
                                                   duckdb::PhysicalOperator &child,
                                                   const std::vector<bool> &given) const {
	duckdb::vector<ExpressionPtr> expressions;
	for (idx_t i = 0; i < child.types.size(); i++) {
		expressions.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(child.types[i], i));
	}
	bool computes = false;
	for (const auto &value : values) {
		if (!given.empty() && !given[value.column.field]) {
			expressions[value.column.field] = value.expression->Copy();
			computes = true;
		}
	}
	if (!computes) {
		return child;
	}
	auto &projection =
	    planner.Make<duckdb::PhysicalProjection>(child.types, std::move(expressions), child.estimated_cardinality);
	projection.children.push_back(child);
	return projection;
}

void GeneratedValues::Compute(RowAction &insert, const std::vector<bool> &given) const {
	for (const auto &value : values) {
		if (given.empty() || given[value.column.field]) {
			continue;
		}
		auto expression = value.expression->Copy();
		ReplaceFields(expression,
		              [&](size_t field) -> const duckdb::Expression & { return *insert.expressions[field]; });
		insert.expressions[value.column.field] = std::move(expression);
	}
}

void GeneratedValues::AddTo(RowAction &update) const {
	const auto set_count = update.columns.size();
	const auto place_of = [&](size_t field) {
		const auto end = update.columns.begin() + int64_t(set_count);
		return size_t(std::find(update.columns.begin(), end, field) - update.columns.begin());
	};
	for (const auto &value : values) {
		const auto &base = value.column.base_fields;
		const bool changes = std::any_of(base.begin(), base.end(), [&](size_t f) { return place_of(f) < set_count; });
		if (!changes || place_of(value.column.field) < set_count) {
			continue;
		}
		auto expression = value.expression->Copy();
		ReplaceFields(expression, [&](size_t field) -> const duckdb::Expression & {
			Verify(place_of(field) < set_count, "an update has all columns that a generated one is made of");
			return *update.expressions[place_of(field)];
		});
		update.columns.push_back(value.column.field);
		update.expressions.push_back(std::move(expression));
	}
}

} // namespace merganser
