#pragma once

#include "protocol/sql_expression.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! Spark's rules for the types of expressions, ANSI mode.

//! A type as Spark's SQL spells it, in lower case and any of its names; nullopt when it is none that expressions have
//! here.
std::optional<DataTypePtr> FindSparkType(std::string_view name);
//! As Spark's SQL spells it: `BIGINT`, `DECIMAL(10,2)`. Requires: not nested.
std::string SparkTypeName(const DataType &type);

//! A number of Spark's text: `1`, `2L`, `1.50`, `1e3`, `0.5D`. nullopt when it is none.
std::optional<SqlExpression> SparkNumber(std::string_view text);

//! A literal with more digits than this is no exact double.
inline constexpr uint8_t EXACT_DOUBLE_DIGITS = 15;

bool IsInteger(TypeKind kind);
bool IsFloating(TypeKind kind);
bool IsNumeric(TypeKind kind);
//! Date or timestamp.
bool IsTemporal(TypeKind kind);

//! An integer as the decimal that Spark takes it for; decimals are themselves.
DataTypePtr AsDecimal(const SqlExpression &resolved);

//! The type in which Spark compares two values, and takes them for one column of CASE or COALESCE; nullptr when DuckDB
//! would not do it alike.
DataTypePtr CommonType(const SqlExpression &left, const SqlExpression &right);
//! The type of `left name right` for an arithmetic operator, nullptr as above. Both are cast to `operands` first; for
//! decimals, that stay as they are, it is nullptr.
struct ArithmeticType {
	DataTypePtr result;
	DataTypePtr operands;
};
ArithmeticType TypeOfArithmetic(const std::string &name, const SqlExpression &left, const SqlExpression &right);

} // namespace merganser
