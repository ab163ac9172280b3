#pragma once

#include "protocol/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! An SQL expression of a table's metadata: a CHECK constraint, an invariant, a default or generated value. Delta
//! stores them as text in Spark's dialect.
struct SqlExpression {
	enum class Kind { LITERAL, COLUMN, CALL, CAST };

	Kind kind = Kind::LITERAL;
	//! CALL: the function or operator as Spark calls it, in lower case: `+`, `and`, `coalesce`. `case` has pairs of
	//! condition and value, then perhaps the value of ELSE; `in` the value, then the list.
	std::string name {};
	//! LITERAL: its type, VOID for NULL. CAST: the target. Every node of a resolved expression.
	DataTypePtr type {};
	//! LITERAL: digits, `true`, the text, an ISO date or timestamp.
	std::string value {};
	//! COLUMN: logical names from the column to the field.
	ColumnPath path {};
	//! CAST of DuckDB's dialect: fractions are rounded. Spark cuts them off.
	bool rounds = false;
	std::vector<SqlExpression> children {};

	static SqlExpression Literal(DataTypePtr type, std::string value);
	static SqlExpression Null();
	static SqlExpression Column(ColumnPath path);
	static SqlExpression Call(std::string name, std::vector<SqlExpression> children);
	static SqlExpression Cast(SqlExpression child, DataTypePtr type);

	bool IsNull() const {
		return kind == Kind::LITERAL && type->kind == TypeKind::VOID;
	}
};

//! Parses Spark's text. Throws UNSUPPORTED naming what is not understood; what is understood has Spark's meaning.
SqlExpression ParseSparkExpression(std::string_view text);

//! The expression in Spark's dialect. Requires: not resolved.
std::string WriteSparkExpression(const SqlExpression &expression);

//! The expression with the type of each node, Spark's implicit casts written out, and one name for each function: what
//! is left means the same in any dialect that has these functions. Throws UNSUPPORTED naming the column that is not
//! there, or what Spark and DuckDB do not evaluate alike.
SqlExpression ResolveExpression(const SqlExpression &expression, const Schema &schema);

//! A resolved expression whose value becomes one of `type`, as storing it in a column does. Throws UNSUPPORTED.
SqlExpression ResolveAs(SqlExpression resolved, const DataTypePtr &type);

//! Indexes of the schema's fields that the expression reads, ascending.
std::vector<size_t> ColumnsOf(const SqlExpression &expression, const Schema &schema);

} // namespace merganser
