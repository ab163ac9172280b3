#pragma once

#include "duckdb.hpp"
#include "duckdb/common/enums/expression_type.hpp"
#include "protocol/schema.hpp"
#include "scan/predicate.hpp"

#include <optional>

namespace merganser {

//! A column, or a field reached through structs, that a filter speaks of.
struct PredicateColumn {
	ColumnPath path;
	DataTypePtr type;

	static PredicateColumn Of(const StructField &field);
	//! nullopt when it is no struct or has no such child.
	std::optional<PredicateColumn> Child(duckdb::idx_t index) const;
};

//! True when CAST(column AS type) keeps the order of values and maps no two values to one.
bool CastKeepsOrder(const DataType &column, const duckdb::LogicalType &type);

//! `CAST(column AS constant's type) op constant`. Requires: that cast keeps order. The constant is moved to the
//! column's type: exactly, or rounded with the operator adjusted; UNKNOWN where neither is possible.
PredicatePtr CompareColumn(const PredicateColumn &column, duckdb::ExpressionType op, const duckdb::Value &constant);

//! `CAST(column AS constants' type) IN (…)`. The same requirement.
PredicatePtr ColumnIn(const PredicateColumn &column, const duckdb::vector<duckdb::Value> &constants);

} // namespace merganser
