#include "engine/write/cast_to_table.hpp"

#include "duckdb/execution/operator/projection/physical_projection.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

bool IsNaive(const LogicalType &type) {
	switch (type.id()) {
	case LogicalTypeId::TIMESTAMP:
	case LogicalTypeId::TIMESTAMP_SEC:
	case LogicalTypeId::TIMESTAMP_MS:
	case LogicalTypeId::TIMESTAMP_NS:
		return true;
	default:
		return false;
	}
}

//! `target` with TIMESTAMP where it is TIMESTAMPTZ and the source has no zone.
LogicalType WithoutZone(const LogicalType &source, const LogicalType &target) {
	if (IsNaive(source) && target.id() == LogicalTypeId::TIMESTAMP_TZ) {
		return LogicalType::TIMESTAMP;
	}
	switch (target.id()) {
	case LogicalTypeId::STRUCT: {
		if (source.id() != LogicalTypeId::STRUCT) {
			return target;
		}
		const auto &sources = duckdb::StructType::GetChildTypes(source);
		auto children = duckdb::StructType::GetChildTypes(target);
		for (size_t i = 0; i < children.size() && i < sources.size(); i++) {
			children[i].second = WithoutZone(sources[i].second, children[i].second);
		}
		return LogicalType::STRUCT(std::move(children));
	}
	case LogicalTypeId::LIST:
		if (source.id() == LogicalTypeId::LIST) {
			return LogicalType::LIST(
			    WithoutZone(duckdb::ListType::GetChildType(source), duckdb::ListType::GetChildType(target)));
		}
		if (source.id() == LogicalTypeId::ARRAY) {
			return LogicalType::LIST(
			    WithoutZone(duckdb::ArrayType::GetChildType(source), duckdb::ListType::GetChildType(target)));
		}
		return target;
	case LogicalTypeId::MAP:
		if (source.id() != LogicalTypeId::MAP) {
			return target;
		}
		return LogicalType::MAP(WithoutZone(duckdb::MapType::KeyType(source), duckdb::MapType::KeyType(target)),
		                        WithoutZone(duckdb::MapType::ValueType(source), duckdb::MapType::ValueType(target)));
	default:
		return target;
	}
}

duckdb::unique_ptr<duckdb::Expression> CastColumn(duckdb::ClientContext &context, const LogicalType &source,
                                                  idx_t index, const LogicalType &target) {
	duckdb::unique_ptr<duckdb::Expression> column = duckdb::make_uniq<duckdb::BoundReferenceExpression>(source, index);
	const auto without_zone = WithoutZone(source, target);
	column = duckdb::BoundCastExpression::AddCastToType(context, std::move(column), without_zone);
	if (without_zone == target) {
		return column;
	}
	// Built-in casts only: not the ones of ICU, which go by the session's time zone.
	return duckdb::BoundCastExpression::AddDefaultCastToType(std::move(column), target);
}

} // namespace

duckdb::PhysicalOperator &CastToTable(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                      duckdb::PhysicalOperator &child, const duckdb::vector<LogicalType> &types) {
	if (child.types == types) {
		return child;
	}
	duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> casts;
	for (idx_t i = 0; i < types.size(); i++) {
		casts.push_back(CastColumn(context, child.types[i], i, types[i]));
	}
	auto &projection = planner.Make<duckdb::PhysicalProjection>(types, std::move(casts), child.estimated_cardinality);
	projection.children.push_back(child);
	return projection;
}

} // namespace merganser
