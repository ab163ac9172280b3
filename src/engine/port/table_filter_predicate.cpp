#include "duckdb/planner/filter/expression_filter.hpp"
#include "duckdb/planner/filter/list.hpp"
#include "engine/port/predicate_builder.hpp"
#include "engine/port/predicate_column.hpp"

namespace merganser {

namespace {

using duckdb::TableFilter;
using duckdb::TableFilterType;

PredicatePtr ReadFilter(duckdb::ClientContext &context, const TableFilter &filter, const PredicateColumn &column);

template <class FILTER>
std::vector<PredicatePtr> ReadChildren(duckdb::ClientContext &context, const FILTER &filter,
                                       const PredicateColumn &column) {
	std::vector<PredicatePtr> children;
	for (auto &child : filter.child_filters) {
		children.push_back(ReadFilter(context, *child, column));
	}
	return children;
}

//! The bound of a running top-N; set and tightened by other threads.
PredicatePtr ReadDynamic(const duckdb::DynamicFilter &filter, const PredicateColumn &column) {
	if (!filter.filter_data || !filter.filter_data->initialized) {
		return Predicate::Unknown();
	}
	duckdb::lock_guard<duckdb::mutex> guard(filter.filter_data->lock);
	if (!filter.filter_data->filter) {
		return Predicate::Unknown();
	}
	return CompareColumn(column, filter.filter_data->filter->comparison_type, filter.filter_data->filter->constant);
}

//! The column stands in the expression as the one reference; a nested field has no StructField of its own to give back.
PredicatePtr ReadExpression(duckdb::ClientContext &context, const duckdb::Expression &expression,
                            const PredicateColumn &column) {
	StructField field;
	field.name = column.path.back();
	field.type = column.type;
	if (column.path.size() != 1) {
		return Predicate::Unknown();
	}
	return BuildPredicate(context, expression, [&](const duckdb::Expression &) { return &field; });
}

PredicatePtr ReadFilter(duckdb::ClientContext &context, const TableFilter &filter, const PredicateColumn &column) {
	switch (filter.filter_type) {
	case TableFilterType::CONSTANT_COMPARISON: {
		auto &comparison = filter.Cast<duckdb::ConstantFilter>();
		return CompareColumn(column, comparison.comparison_type, comparison.constant);
	}
	case TableFilterType::IS_NULL:
		return Predicate::IsNull(column.path);
	case TableFilterType::IS_NOT_NULL:
		return Predicate::IsNotNull(column.path);
	case TableFilterType::CONJUNCTION_OR:
		return Predicate::Or(ReadChildren(context, filter.Cast<duckdb::ConjunctionOrFilter>(), column));
	case TableFilterType::CONJUNCTION_AND:
		return Predicate::And(ReadChildren(context, filter.Cast<duckdb::ConjunctionAndFilter>(), column));
	case TableFilterType::STRUCT_EXTRACT: {
		auto &extract = filter.Cast<duckdb::StructFilter>();
		auto child = column.Child(extract.child_idx);
		return child ? ReadFilter(context, *extract.child_filter, *child) : Predicate::Unknown();
	}
	case TableFilterType::OPTIONAL_FILTER: {
		auto &optional = filter.Cast<duckdb::OptionalFilter>();
		return optional.child_filter ? ReadFilter(context, *optional.child_filter, column) : Predicate::Unknown();
	}
	case TableFilterType::IN_FILTER:
		return ColumnIn(column, filter.Cast<duckdb::InFilter>().values);
	case TableFilterType::DYNAMIC_FILTER:
		return ReadDynamic(filter.Cast<duckdb::DynamicFilter>(), column);
	case TableFilterType::EXPRESSION_FILTER:
		return ReadExpression(context, *filter.Cast<duckdb::ExpressionFilter>().expr, column);
	case TableFilterType::BLOOM_FILTER:
		return Predicate::Unknown();
	}
	return Predicate::Unknown();
}

} // namespace

PredicatePtr BuildPredicate(duckdb::ClientContext &context, const TableFilter &filter, const StructField &field) {
	return ReadFilter(context, filter, PredicateColumn::Of(field));
}

} // namespace merganser
