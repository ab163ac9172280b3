#pragma once

#include "protocol/scalar.hpp"
#include "protocol/schema.hpp"

#include <memory>
#include <string>
#include <vector>

namespace merganser {

enum class CompareOp { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

struct Predicate;
using PredicatePtr = std::shared_ptr<const Predicate>;

//! A condition on columns, for choosing files. SQL's three-valued logic. What cannot be said in it is UNKNOWN, which
//! keeps every file. Columns are physical paths; constants are already of the column's type. Floats order as in DuckDB:
//! NaN is greater than everything.
struct Predicate {
	enum class Kind { UNKNOWN, ALWAYS_FALSE, COMPARE, IN, IS_NULL, IS_NOT_NULL, STARTS_WITH, AND, OR, NOT };

	Kind kind = Kind::UNKNOWN;
	//! COMPARE, IN, IS_NULL, IS_NOT_NULL, STARTS_WITH.
	ColumnPath column;
	CompareOp op = CompareOp::EQUAL;
	//! COMPARE, STARTS_WITH: one; IN: many. Never NULL.
	std::vector<Scalar> values;
	std::vector<PredicatePtr> children;

	static PredicatePtr Unknown();
	static PredicatePtr AlwaysFalse();
	static PredicatePtr Compare(ColumnPath column, CompareOp op, Scalar value);
	static PredicatePtr In(ColumnPath column, std::vector<Scalar> values);
	static PredicatePtr IsNull(ColumnPath column);
	static PredicatePtr IsNotNull(ColumnPath column);
	static PredicatePtr StartsWith(ColumnPath column, std::string prefix);
	static PredicatePtr And(std::vector<PredicatePtr> children);
	static PredicatePtr Or(std::vector<PredicatePtr> children);
	static PredicatePtr Not(PredicatePtr child);

	//! `(id >= 5 AND region = 'eu')`, for EXPLAIN and messages.
	std::string ToString() const;
};

} // namespace merganser
