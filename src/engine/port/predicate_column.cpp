#include "engine/port/predicate_column.hpp"

#include "duckdb/common/types/decimal.hpp"
#include "duckdb/common/types/value.hpp"
#include "engine/port/type_map.hpp"

namespace merganser {

using duckdb::ExpressionType;
using duckdb::LogicalTypeId;

//! Decimals of so many digits are told apart by DOUBLE.
static constexpr uint8_t DOUBLE_DIGITS_MAX = 15;

PredicateColumn PredicateColumn::Of(const StructField &field) {
	return PredicateColumn {{field.PhysicalName()}, field.type};
}

std::optional<PredicateColumn> PredicateColumn::Child(duckdb::idx_t index) const {
	if (type->kind != TypeKind::STRUCT || index >= type->fields.size()) {
		return std::nullopt;
	}
	auto &field = type->fields[index];
	PredicateColumn child {path, field.type};
	child.path.push_back(field.PhysicalName());
	return child;
}

static bool IsInteger(TypeKind kind) {
	return kind == TypeKind::BYTE || kind == TypeKind::SHORT || kind == TypeKind::INTEGER || kind == TypeKind::LONG;
}

static bool IntegerKeepsOrder(TypeKind kind, LogicalTypeId target) {
	switch (target) {
	case LogicalTypeId::SMALLINT:
		return kind == TypeKind::BYTE;
	case LogicalTypeId::INTEGER:
		return kind == TypeKind::BYTE || kind == TypeKind::SHORT;
	case LogicalTypeId::BIGINT:
	case LogicalTypeId::HUGEINT:
	case LogicalTypeId::DECIMAL:
		return true;
	case LogicalTypeId::FLOAT:
		return kind == TypeKind::BYTE || kind == TypeKind::SHORT;
	case LogicalTypeId::DOUBLE:
		return kind != TypeKind::LONG;
	default:
		return false;
	}
}

bool CastKeepsOrder(const DataType &column, const duckdb::LogicalType &type) {
	if (column.IsNested() || column.kind == TypeKind::VARIANT || column.kind == TypeKind::VOID) {
		return false;
	}
	if (ToDuckDBType(column) == type) {
		return true;
	}
	if (IsInteger(column.kind)) {
		return IntegerKeepsOrder(column.kind, type.id());
	}
	switch (column.kind) {
	case TypeKind::DECIMAL:
		if (type.id() == LogicalTypeId::DECIMAL) {
			return duckdb::DecimalType::GetScale(type) >= column.scale;
		}
		return type.id() == LogicalTypeId::DOUBLE && column.precision <= DOUBLE_DIGITS_MAX;
	case TypeKind::FLOAT:
		return type.id() == LogicalTypeId::DOUBLE;
	case TypeKind::DATE:
		// Not TIMESTAMP WITH TIME ZONE: that cast depends on the session's zone.
		return type.id() == LogicalTypeId::TIMESTAMP;
	default:
		return false;
	}
}

//! The constant as the nearest value of the column's type, and how it lies to it: -1 below the constant, 0 equal, 1
//! above.
struct MovedConstant {
	duckdb::Value value;
	int side = 0;
};

static std::optional<MovedConstant> MoveConstant(const PredicateColumn &column, const duckdb::Value &constant) {
	auto target = ToDuckDBType(*column.type);
	if (constant.type() == target) {
		return MovedConstant {constant, 0};
	}
	std::string error;
	duckdb::Value moved;
	duckdb::Value back;
	if (!constant.DefaultTryCastAs(target, moved, &error) || moved.IsNull() ||
	    !moved.DefaultTryCastAs(constant.type(), back, &error) || back.IsNull()) {
		return std::nullopt;
	}
	int side = back == constant ? 0 : back < constant ? -1 : 1;
	return MovedConstant {std::move(moved), side};
}

static std::optional<CompareOp> ToCompareOp(ExpressionType op) {
	switch (op) {
	case ExpressionType::COMPARE_EQUAL:
		return CompareOp::EQUAL;
	case ExpressionType::COMPARE_NOTEQUAL:
		return CompareOp::NOT_EQUAL;
	case ExpressionType::COMPARE_LESSTHAN:
		return CompareOp::LESS;
	case ExpressionType::COMPARE_LESSTHANOREQUALTO:
		return CompareOp::LESS_EQUAL;
	case ExpressionType::COMPARE_GREATERTHAN:
		return CompareOp::GREATER;
	case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
		return CompareOp::GREATER_EQUAL;
	default:
		return std::nullopt;
	}
}

//! `x op c` for a rounded constant r: with r below c, `x < c` is `x <= r` and `x > c` is `x > r`; with r above c the
//! other way round.
static std::optional<CompareOp> AdjustOp(CompareOp op, int side) {
	bool below = side < 0;
	switch (op) {
	case CompareOp::LESS:
	case CompareOp::LESS_EQUAL:
		return below ? CompareOp::LESS_EQUAL : CompareOp::LESS;
	case CompareOp::GREATER:
	case CompareOp::GREATER_EQUAL:
		return below ? CompareOp::GREATER : CompareOp::GREATER_EQUAL;
	default:
		// Equal to no value of the column, but NULL rows give NULL: there is no word for that.
		return std::nullopt;
	}
}

//! IS [NOT] DISTINCT FROM is never NULL: said with IS [NOT] NULL beside the comparison, or a NOT above it would lose
//! NULL rows.
static PredicatePtr CompareDistinct(const PredicateColumn &column, bool distinct, const duckdb::Value &constant) {
	if (constant.IsNull()) {
		return distinct ? Predicate::IsNotNull(column.path) : Predicate::IsNull(column.path);
	}
	if (distinct) {
		return Predicate::Or(
		    {CompareColumn(column, ExpressionType::COMPARE_NOTEQUAL, constant), Predicate::IsNull(column.path)});
	}
	return Predicate::And(
	    {CompareColumn(column, ExpressionType::COMPARE_EQUAL, constant), Predicate::IsNotNull(column.path)});
}

PredicatePtr CompareColumn(const PredicateColumn &column, ExpressionType comparison, const duckdb::Value &constant) {
	if (!CastKeepsOrder(*column.type, constant.type())) {
		return Predicate::Unknown();
	}
	if (comparison == ExpressionType::COMPARE_DISTINCT_FROM ||
	    comparison == ExpressionType::COMPARE_NOT_DISTINCT_FROM) {
		return CompareDistinct(column, comparison == ExpressionType::COMPARE_DISTINCT_FROM, constant);
	}
	auto op = ToCompareOp(comparison);
	if (!op || constant.IsNull()) {
		return Predicate::Unknown();
	}
	auto moved = MoveConstant(column, constant);
	if (!moved) {
		return Predicate::Unknown();
	}
	if (moved->side != 0) {
		op = AdjustOp(*op, moved->side);
		if (!op) {
			return Predicate::Unknown();
		}
	}
	return Predicate::Compare(column.path, *op, ToScalar(moved->value, *column.type));
}

PredicatePtr ColumnIn(const PredicateColumn &column, const duckdb::vector<duckdb::Value> &constants) {
	std::vector<Scalar> values;
	bool has_null = false;
	for (auto &constant : constants) {
		if (constant.IsNull()) {
			has_null = true;
			continue;
		}
		if (!CastKeepsOrder(*column.type, constant.type())) {
			return Predicate::Unknown();
		}
		auto moved = MoveConstant(column, constant);
		if (!moved) {
			return Predicate::Unknown();
		}
		if (moved->side == 0) {
			values.push_back(ToScalar(moved->value, *column.type));
		}
	}
	if (values.empty()) {
		return Predicate::Unknown();
	}
	auto in = Predicate::In(column.path, std::move(values));
	// `x IN (1, NULL)` is NULL, not false, for every other x.
	return has_null ? Predicate::Or({in, Predicate::Unknown()}) : in;
}

} // namespace merganser
