#include "protocol/spark_types.hpp"

#include "base/error.hpp"
#include "protocol/calendar_text.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace merganser {

namespace {

struct SparkTypeNames {
	TypeKind kind;
	//! The first one is written.
	std::array<std::string_view, 3> names;
};

constexpr SparkTypeNames TYPES[] = {
    {TypeKind::BOOLEAN, {"boolean", "", ""}},
    {TypeKind::BYTE, {"tinyint", "byte", ""}},
    {TypeKind::SHORT, {"smallint", "short", ""}},
    {TypeKind::INTEGER, {"int", "integer", ""}},
    {TypeKind::LONG, {"bigint", "long", ""}},
    {TypeKind::FLOAT, {"float", "real", ""}},
    {TypeKind::DOUBLE, {"double", "", ""}},
    {TypeKind::STRING, {"string", "", ""}},
    {TypeKind::DATE, {"date", "", ""}},
    {TypeKind::TIMESTAMP, {"timestamp", "timestamp_ltz", ""}},
    {TypeKind::TIMESTAMP_NTZ, {"timestamp_ntz", "", ""}},
};

constexpr size_t DECIMAL_DIGITS_DEFAULT = 10;
uint8_t IntegerDigits(TypeKind kind) {
	switch (kind) {
	case TypeKind::BYTE:
		return 3;
	case TypeKind::SHORT:
		return 5;
	case TypeKind::INTEGER:
		return 10;
	default:
		return 20;
	}
}

std::optional<SqlExpression> IntegerLiteral(std::string_view digits, TypeKind kind) {
	const auto number = TryParseInteger(digits);
	const bool fits_integer =
	    number && *number >= std::numeric_limits<int32_t>::min() && *number <= std::numeric_limits<int32_t>::max();
	if (!number || (kind == TypeKind::INTEGER && !fits_integer)) {
		return std::nullopt;
	}
	return SqlExpression::Literal(DataType::Primitive(kind), std::string(digits));
}

std::optional<SqlExpression> DecimalLiteral(const std::string &text) {
	const auto dot = text.find('.');
	const auto scale = dot == std::string::npos ? 0 : text.size() - dot - 1;
	size_t digits = 0;
	bool leading = true;
	for (size_t i = 0; i < text.size(); i++) {
		const bool is_digit = text[i] >= '0' && text[i] <= '9';
		leading = leading && (!is_digit || text[i] == '0');
		digits += is_digit && !leading;
	}
	const auto precision = std::max({digits, scale, size_t(1)});
	if (precision > DECIMAL_PRECISION_MAX) {
		return std::nullopt;
	}
	return SqlExpression::Literal(DataType::Decimal(uint8_t(precision), uint8_t(scale)), text);
}

bool IsText(const SqlExpression &node) {
	return node.kind == SqlExpression::Kind::LITERAL && node.type->kind == TypeKind::STRING;
}

//! An integer literal that any float holds.
bool IsSmallLiteral(const SqlExpression &node) {
	return node.kind == SqlExpression::Kind::LITERAL && IsInteger(node.type->kind) && node.value.size() <= 7;
}

DataTypePtr WiderInteger(const DataTypePtr &left, const DataTypePtr &right) {
	return left->kind > right->kind ? left : right;
}

DataTypePtr CommonNumber(const SqlExpression &left, const SqlExpression &right) {
	const auto left_kind = left.type->kind;
	const auto right_kind = right.type->kind;
	if (IsInteger(left_kind) && IsInteger(right_kind)) {
		return WiderInteger(left.type, right.type);
	}
	if (IsFloating(left_kind) || IsFloating(right_kind)) {
		for (const auto &[one, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
			// Spark's versions differ in whether this is a float or a double.
			if (one->type->kind == TypeKind::FLOAT && IsInteger(other->type->kind) && !IsSmallLiteral(*other)) {
				return nullptr;
			}
			if (one->type->kind == TypeKind::DECIMAL && one->type->precision > EXACT_DOUBLE_DIGITS) {
				return nullptr;
			}
		}
		return DataType::Primitive(TypeKind::DOUBLE);
	}
	const auto left_decimal = AsDecimal(left);
	const auto right_decimal = AsDecimal(right);
	const auto scale = std::max(left_decimal->scale, right_decimal->scale);
	const auto whole =
	    std::max(left_decimal->precision - left_decimal->scale, right_decimal->precision - right_decimal->scale);
	if (size_t(whole) + scale > DECIMAL_PRECISION_MAX) {
		return nullptr;
	}
	return DataType::Decimal(uint8_t(whole + scale), scale);
}

//! The type that a temporal value is compared in with another value.
DataTypePtr CommonMoment(const SqlExpression &left, const SqlExpression &right) {
	for (const auto &[moment, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
		if (!IsTemporal(moment->type->kind)) {
			continue;
		}
		if (IsText(*other)) {
			return moment->type;
		}
		if (other->type->kind == TypeKind::DATE && moment->type->kind != TypeKind::DATE) {
			return moment->type;
		}
	}
	return nullptr;
}

} // namespace

bool IsInteger(TypeKind kind) {
	return kind == TypeKind::BYTE || kind == TypeKind::SHORT || kind == TypeKind::INTEGER || kind == TypeKind::LONG;
}

bool IsFloating(TypeKind kind) {
	return kind == TypeKind::FLOAT || kind == TypeKind::DOUBLE;
}

bool IsNumeric(TypeKind kind) {
	return IsInteger(kind) || IsFloating(kind) || kind == TypeKind::DECIMAL;
}

bool IsTemporal(TypeKind kind) {
	return kind == TypeKind::DATE || kind == TypeKind::TIMESTAMP || kind == TypeKind::TIMESTAMP_NTZ;
}

std::optional<DataTypePtr> FindSparkType(std::string_view name) {
	for (const auto &type : TYPES) {
		if (std::find(type.names.begin(), type.names.end(), name) != type.names.end()) {
			return DataType::Primitive(type.kind);
		}
	}
	if (name == "decimal" || name == "dec" || name == "numeric") {
		return DataType::Decimal(DECIMAL_DIGITS_DEFAULT, 0);
	}
	for (const std::string_view spelling : {"decimal(", "dec(", "numeric("}) {
		if (name.substr(0, spelling.size()) == spelling) {
			if (const auto type = PrimitiveTypeOf("decimal" + std::string(name.substr(spelling.size() - 1)))) {
				return type;
			}
		}
	}
	return std::nullopt;
}

std::string SparkTypeName(const DataType &type) {
	auto text = type.ToString();
	for (const auto &names : TYPES) {
		text = names.kind == type.kind ? std::string(names.names[0]) : text;
	}
	std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c & ~0x20 : c; });
	return text;
}

std::optional<SqlExpression> SparkNumber(std::string_view text) {
	auto number = LowerName(text);
	const auto ends_with = [&](std::string_view suffix) {
		const bool found = number.size() > suffix.size() && number.ends_with(suffix);
		number.resize(number.size() - (found ? suffix.size() : 0));
		return found;
	};
	const auto is_plain = [&] {
		return number.find_first_not_of("0123456789.-") == std::string::npos;
	};
	const auto floating = [&](TypeKind kind) -> std::optional<SqlExpression> {
		const auto value = TryParseDouble(number);
		return value ? std::optional(SqlExpression::Literal(DataType::Primitive(kind), number)) : std::nullopt;
	};
	if (ends_with("bd")) {
		return is_plain() ? DecimalLiteral(number) : std::nullopt;
	}
	if (ends_with("d")) {
		return floating(TypeKind::DOUBLE);
	}
	if (ends_with("f")) {
		return floating(TypeKind::FLOAT);
	}
	if (ends_with("l")) {
		return IntegerLiteral(number, TypeKind::LONG);
	}
	if (number.find('e') != std::string::npos) {
		return floating(TypeKind::DOUBLE);
	}
	if (!is_plain()) {
		return std::nullopt;
	}
	if (number.find('.') != std::string::npos) {
		return DecimalLiteral(number);
	}
	for (const auto kind : {TypeKind::INTEGER, TypeKind::LONG}) {
		if (auto literal = IntegerLiteral(number, kind)) {
			return literal;
		}
	}
	return DecimalLiteral(number);
}

DataTypePtr AsDecimal(const SqlExpression &resolved) {
	if (resolved.type->kind == TypeKind::DECIMAL) {
		return resolved.type;
	}
	if (resolved.kind == SqlExpression::Kind::LITERAL) {
		const auto literal = DecimalLiteral(resolved.value);
		Verify(literal.has_value(), "an integer has few digits");
		return literal->type;
	}
	return DataType::Decimal(IntegerDigits(resolved.type->kind), 0);
}

DataTypePtr CommonType(const SqlExpression &left, const SqlExpression &right) {
	const auto is_comparable = [](TypeKind kind) {
		return IsNumeric(kind) || IsTemporal(kind) || kind == TypeKind::BOOLEAN || kind == TypeKind::STRING ||
		       kind == TypeKind::VOID;
	};
	if (!is_comparable(left.type->kind) || !is_comparable(right.type->kind)) {
		return nullptr;
	}
	if (left.type->kind == TypeKind::VOID || *left.type == *right.type) {
		return right.type;
	}
	if (right.type->kind == TypeKind::VOID) {
		return left.type;
	}
	return IsNumeric(left.type->kind) && IsNumeric(right.type->kind) ? CommonNumber(left, right)
	                                                                 : CommonMoment(left, right);
}

ArithmeticType TypeOfArithmetic(const std::string &name, const SqlExpression &left, const SqlExpression &right) {
	const auto common = CommonType(left, right);
	if (!common || !IsNumeric(common->kind)) {
		return {};
	}
	const auto floating = DataType::Primitive(TypeKind::DOUBLE);
	const auto whole = DataType::Primitive(TypeKind::LONG);
	if (name == "div") {
		return IsInteger(common->kind) ? ArithmeticType {whole, whole} : ArithmeticType();
	}
	if (name == "/") {
		return common->kind == TypeKind::DECIMAL ? ArithmeticType() : ArithmeticType {floating, floating};
	}
	if (common->kind != TypeKind::DECIMAL) {
		return {common, common};
	}
	const auto one = AsDecimal(left);
	const auto other = AsDecimal(right);
	if (name == "%") {
		return {};
	}
	const bool multiplies = name == "*";
	const auto scale = size_t(multiplies ? one->scale + other->scale : common->scale);
	const auto precision = size_t(multiplies ? one->precision + other->precision : common->precision) + 1;
	if (precision > DECIMAL_PRECISION_MAX) {
		return {};
	}
	return {DataType::Decimal(uint8_t(precision), uint8_t(scale)), nullptr};
}

} // namespace merganser
