#include "engine/parquet/leaf_form.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

using duckdb_parquet::ConvertedType;
using duckdb_parquet::SchemaElement;
using duckdb_parquet::Type;

constexpr size_t INT96_BYTES = 12;
constexpr size_t DECIMAL_BYTES_MAX = 16;

bool IsDecimal(const SchemaElement &element) {
	return (element.__isset.converted_type && element.converted_type == ConvertedType::DECIMAL) ||
	       (element.__isset.logicalType && element.logicalType.__isset.DECIMAL);
}

bool IsUnsigned(const SchemaElement &element) {
	if (element.__isset.logicalType && element.logicalType.__isset.INTEGER) {
		return !element.logicalType.INTEGER.isSigned;
	}
	return element.__isset.converted_type && element.converted_type >= ConvertedType::UINT_8 &&
	       element.converted_type <= ConvertedType::UINT_64;
}

ValueOrder OrderOf(const SchemaElement &element, size_t width) {
	switch (element.type) {
	case Type::INT32:
	case Type::INT64:
		return IsUnsigned(element) ? ValueOrder::NONE : ValueOrder::INTEGER;
	case Type::FLOAT:
	case Type::DOUBLE:
		return ValueOrder::NUMBER;
	case Type::FIXED_LEN_BYTE_ARRAY:
		return IsDecimal(element) && width <= DECIMAL_BYTES_MAX ? ValueOrder::SIGNED_BYTES : ValueOrder::NONE;
	case Type::BYTE_ARRAY:
		return IsDecimal(element) ? ValueOrder::NONE : ValueOrder::BYTES;
	default:
		return ValueOrder::NONE;
	}
}

size_t WidthOf(const SchemaElement &element) {
	switch (element.type) {
	case Type::INT32:
	case Type::FLOAT:
		return sizeof(int32_t);
	case Type::INT64:
	case Type::DOUBLE:
		return sizeof(int64_t);
	case Type::INT96:
		return INT96_BYTES;
	case Type::FIXED_LEN_BYTE_ARRAY:
		return static_cast<size_t>(element.type_length);
	default:
		return 0;
	}
}

} // namespace

LeafForm LeafFormOf(const SchemaElement &element) {
	Verify(element.__isset.type, "a leaf has values");
	LeafForm form;
	form.is_bits = element.type == Type::BOOLEAN;
	form.width = WidthOf(element);
	form.has_nulls = element.repetition_type == duckdb_parquet::FieldRepetitionType::OPTIONAL;
	form.order = OrderOf(element, form.width);
	return form;
}

} // namespace merganser
