#include "engine/port/type_map.hpp"

#include "base/error.hpp"
#include "duckdb/common/types/decimal.hpp"
#include "duckdb/common/types/hugeint.hpp"
#include "engine/port/error_border.hpp"

namespace merganser {

duckdb::LogicalType ToDuckDBType(const DataType &type) {
	using duckdb::LogicalType;
	switch (type.kind) {
	case TypeKind::BOOLEAN:
		return LogicalType::BOOLEAN;
	case TypeKind::BYTE:
		return LogicalType::TINYINT;
	case TypeKind::SHORT:
		return LogicalType::SMALLINT;
	case TypeKind::INTEGER:
		return LogicalType::INTEGER;
	case TypeKind::LONG:
		return LogicalType::BIGINT;
	case TypeKind::FLOAT:
		return LogicalType::FLOAT;
	case TypeKind::DOUBLE:
		return LogicalType::DOUBLE;
	case TypeKind::DECIMAL:
		return LogicalType::DECIMAL(type.precision, type.scale);
	case TypeKind::STRING:
		return LogicalType::VARCHAR;
	case TypeKind::BINARY:
		return LogicalType::BLOB;
	case TypeKind::DATE:
		return LogicalType::DATE;
	case TypeKind::TIMESTAMP:
		return LogicalType::TIMESTAMP_TZ;
	case TypeKind::TIMESTAMP_NTZ:
		return LogicalType::TIMESTAMP;
	case TypeKind::VARIANT:
		return LogicalType::VARIANT();
	case TypeKind::VOID:
		return LogicalType::SQLNULL;
	case TypeKind::STRUCT: {
		duckdb::child_list_t<LogicalType> children;
		for (auto &field : type.fields) {
			children.emplace_back(field.name, ToDuckDBType(*field.type));
		}
		return LogicalType::STRUCT(std::move(children));
	}
	case TypeKind::ARRAY:
		return LogicalType::LIST(ToDuckDBType(*type.element));
	case TypeKind::MAP:
		return LogicalType::MAP(ToDuckDBType(*type.key), ToDuckDBType(*type.element));
	}
	throw Error(ErrorKind::INTERNAL, "ToDuckDBType: unknown type");
}

DataTypePtr ToNestedDeltaType(const duckdb::LogicalType &type, const std::string &column, NaiveTimestamps naive) {
	if (type.id() == duckdb::LogicalTypeId::VARIANT) {
		throw Error(ErrorKind::UNSUPPORTED, "column \"" + column +
		                                        "\" has the type VARIANT inside a nested type, which is not written in "
		                                        "this version; make the whole column a VARIANT");
	}
	return ToDeltaType(type, column, naive);
}

static DataTypePtr ToDeltaStruct(const duckdb::LogicalType &type, const std::string &column, NaiveTimestamps naive) {
	std::vector<StructField> fields;
	for (auto &child : duckdb::StructType::GetChildTypes(type)) {
		StructField field;
		field.name = child.first;
		field.type = ToNestedDeltaType(child.second, column + "." + child.first, naive);
		fields.push_back(std::move(field));
	}
	return DataType::Struct(std::move(fields));
}

DataTypePtr ToDeltaType(const duckdb::LogicalType &type, const std::string &column_name, NaiveTimestamps naive) {
	using duckdb::LogicalTypeId;
	switch (type.id()) {
	case LogicalTypeId::BOOLEAN:
		return DataType::Primitive(TypeKind::BOOLEAN);
	case LogicalTypeId::TINYINT:
		return DataType::Primitive(TypeKind::BYTE);
	case LogicalTypeId::SMALLINT:
	case LogicalTypeId::UTINYINT:
		return DataType::Primitive(TypeKind::SHORT);
	case LogicalTypeId::INTEGER:
	case LogicalTypeId::USMALLINT:
		return DataType::Primitive(TypeKind::INTEGER);
	case LogicalTypeId::BIGINT:
	case LogicalTypeId::UINTEGER:
		return DataType::Primitive(TypeKind::LONG);
	case LogicalTypeId::UBIGINT:
		return DataType::Decimal(20, 0);
	case LogicalTypeId::HUGEINT:
	case LogicalTypeId::UHUGEINT:
		return DataType::Decimal(38, 0);
	case LogicalTypeId::FLOAT:
		return DataType::Primitive(TypeKind::FLOAT);
	case LogicalTypeId::DOUBLE:
		return DataType::Primitive(TypeKind::DOUBLE);
	case LogicalTypeId::DECIMAL:
		return DataType::Decimal(duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type));
	case LogicalTypeId::VARCHAR:
	case LogicalTypeId::ENUM:
	case LogicalTypeId::UUID:
	case LogicalTypeId::TIME:
	case LogicalTypeId::TIME_NS:
		return DataType::Primitive(TypeKind::STRING);
	case LogicalTypeId::BLOB:
		return DataType::Primitive(TypeKind::BINARY);
	case LogicalTypeId::DATE:
		return DataType::Primitive(TypeKind::DATE);
	case LogicalTypeId::TIMESTAMP:
	case LogicalTypeId::TIMESTAMP_SEC:
	case LogicalTypeId::TIMESTAMP_MS:
	case LogicalTypeId::TIMESTAMP_NS:
		return DataType::Primitive(naive == NaiveTimestamps::UTC ? TypeKind::TIMESTAMP : TypeKind::TIMESTAMP_NTZ);
	case LogicalTypeId::TIMESTAMP_TZ:
		return DataType::Primitive(TypeKind::TIMESTAMP);
	case LogicalTypeId::SQLNULL:
		// Spark calls it void and cannot store it: DuckDB's own CREATE TABLE makes an INTEGER of it too.
		return DataType::Primitive(TypeKind::INTEGER);
	case LogicalTypeId::VARIANT:
		return DataType::Primitive(TypeKind::VARIANT);
	case LogicalTypeId::STRUCT:
		return ToDeltaStruct(type, column_name, naive);
	case LogicalTypeId::LIST:
		return DataType::Array(ToNestedDeltaType(duckdb::ListType::GetChildType(type), column_name + ".element", naive),
		                       true);
	case LogicalTypeId::ARRAY:
		return DataType::Array(
		    ToNestedDeltaType(duckdb::ArrayType::GetChildType(type), column_name + ".element", naive), true);
	case LogicalTypeId::MAP:
		return DataType::Map(ToNestedDeltaType(duckdb::MapType::KeyType(type), column_name + ".key", naive),
		                     ToNestedDeltaType(duckdb::MapType::ValueType(type), column_name + ".value", naive), true);
	default:
		throw Error(ErrorKind::UNSUPPORTED, "column \"" + column_name + "\" has type " + type.ToString() +
		                                        ", which Delta Lake cannot hold; cast it, for example to VARCHAR");
	}
}

//! Unscaled value of a DECIMAL of any width.
static Int128 UnscaledDecimal(const duckdb::Value &value) {
	switch (value.type().InternalType()) {
	case duckdb::PhysicalType::INT16:
		return value.GetValueUnsafe<int16_t>();
	case duckdb::PhysicalType::INT32:
		return value.GetValueUnsafe<int32_t>();
	case duckdb::PhysicalType::INT64:
		return value.GetValueUnsafe<int64_t>();
	default: {
		auto huge = value.GetValueUnsafe<duckdb::hugeint_t>();
		return (Int128(huge.upper) << 64) + Int128(huge.lower);
	}
	}
}

Scalar ToScalar(const duckdb::Value &value, const DataType &type) {
	if (value.IsNull()) {
		return Scalar();
	}
	auto target = ToDuckDBType(type);
	auto typed = value.type() == target ? value : value.DefaultCastAs(target);
	switch (type.kind) {
	case TypeKind::BOOLEAN:
		return duckdb::BooleanValue::Get(typed);
	case TypeKind::BYTE:
		return int64_t(typed.GetValueUnsafe<int8_t>());
	case TypeKind::SHORT:
		return int64_t(typed.GetValueUnsafe<int16_t>());
	case TypeKind::INTEGER:
		return int64_t(typed.GetValueUnsafe<int32_t>());
	case TypeKind::LONG:
		return typed.GetValueUnsafe<int64_t>();
	case TypeKind::FLOAT:
		return double(typed.GetValueUnsafe<float>());
	case TypeKind::DOUBLE:
		return typed.GetValueUnsafe<double>();
	case TypeKind::DECIMAL:
		return UnscaledDecimal(typed);
	case TypeKind::STRING:
	case TypeKind::BINARY:
		return duckdb::StringValue::Get(typed);
	case TypeKind::DATE:
		return int64_t(duckdb::DateValue::Get(typed).days);
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return int64_t(typed.GetValueUnsafe<int64_t>());
	default:
		throw Error(ErrorKind::INTERNAL, "ToScalar: " + type.ToString() + " has no scalar form");
	}
}

static duckdb::Value DecimalValue(Int128 unscaled, const DataType &type) {
	if (type.precision <= duckdb::Decimal::MAX_WIDTH_INT64) {
		return duckdb::Value::DECIMAL(int64_t(unscaled), type.precision, type.scale);
	}
	return duckdb::Value::DECIMAL(duckdb::hugeint_t(int64_t(unscaled >> 64), uint64_t(unscaled)), type.precision,
	                              type.scale);
}

duckdb::Value ToValue(const Scalar &scalar, const DataType &type) {
	using duckdb::Value;
	if (IsNull(scalar)) {
		return Value(ToDuckDBType(type));
	}
	switch (type.kind) {
	case TypeKind::BOOLEAN:
		return Value::BOOLEAN(std::get<bool>(scalar));
	case TypeKind::BYTE:
		return Value::TINYINT(int8_t(std::get<int64_t>(scalar)));
	case TypeKind::SHORT:
		return Value::SMALLINT(int16_t(std::get<int64_t>(scalar)));
	case TypeKind::INTEGER:
		return Value::INTEGER(int32_t(std::get<int64_t>(scalar)));
	case TypeKind::LONG:
		return Value::BIGINT(std::get<int64_t>(scalar));
	case TypeKind::FLOAT:
		return Value::FLOAT(float(std::get<double>(scalar)));
	case TypeKind::DOUBLE:
		return Value::DOUBLE(std::get<double>(scalar));
	case TypeKind::DECIMAL:
		return DecimalValue(std::get<Int128>(scalar), type);
	case TypeKind::STRING:
		return Value(std::get<std::string>(scalar));
	case TypeKind::BINARY:
		return Value::BLOB_RAW(std::get<std::string>(scalar));
	case TypeKind::DATE:
		return Value::DATE(duckdb::date_t(int32_t(std::get<int64_t>(scalar))));
	case TypeKind::TIMESTAMP:
		return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(std::get<int64_t>(scalar)));
	case TypeKind::TIMESTAMP_NTZ:
		return Value::TIMESTAMP(duckdb::timestamp_t(std::get<int64_t>(scalar)));
	default:
		throw Error(ErrorKind::INTERNAL, "ToValue: " + type.ToString() + " has no scalar form");
	}
}

} // namespace merganser
