#include "protocol/partition_value.hpp"

#include "base/error.hpp"
#include "protocol/calendar_text.hpp"
#include "protocol/number_text.hpp"
#include "protocol/text_cursor.hpp"
#include "protocol/utf8.hpp"

#include <limits>

namespace merganser {

namespace {

constexpr std::string_view NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

//! The characters that Hive and Spark escape in partition folders (braces are not a pair in that list).
bool NeedsHiveEscape(char c) {
	auto byte = static_cast<uint8_t>(c);
	return byte < 0x20 || byte == 0x7F || std::string_view("\"#%'*/:=?\\{[]^").find(c) != std::string_view::npos;
}

std::string HiveEscape(std::string_view text) {
	static constexpr char HEX[] = "0123456789ABCDEF";
	std::string escaped;
	for (char c : text) {
		if (NeedsHiveEscape(c)) {
			escaped += '%';
			escaped += HEX[static_cast<uint8_t>(c) >> 4];
			escaped += HEX[static_cast<uint8_t>(c) & 15];
		} else {
			escaped += c;
		}
	}
	return escaped;
}

std::optional<Scalar> IntegerInRange(std::string_view text, int64_t smallest, int64_t largest) {
	auto value = TryParseInteger(text);
	if (!value || *value < smallest || *value > largest) {
		return std::nullopt;
	}
	return Scalar(*value);
}

template <class VALUE>
std::optional<Scalar> AsScalar(std::optional<VALUE> value) {
	if (!value) {
		return std::nullopt;
	}
	return Scalar(*value);
}

//! None for whole seconds, else six (PROTOCOL.md, "Partition Value Serialization").
uint32_t FractionDigits(int64_t micros) {
	return micros % MICROS_PER_SECOND == 0 ? 0 : 6;
}

template <class VALUE>
const VALUE &Get(const Scalar &value, const DataType &type) {
	auto *held = std::get_if<VALUE>(&value);
	if (!held) {
		throw Error(ErrorKind::INTERNAL, "a partition value is not of its column's type " + type.ToString());
	}
	return *held;
}

//! What is no escape stays as it is.
std::string HiveUnescape(std::string_view text) {
	const auto digit = [](char c) {
		const char lower = char(c | 0x20);
		return IsDigit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
	};
	std::string plain;
	for (size_t i = 0; i < text.size(); i++) {
		if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
			plain += char(digit(text[i + 1]) * 16 + digit(text[i + 2]));
			i += 2;
		} else {
			plain += text[i];
		}
	}
	return plain;
}

} // namespace

std::optional<Scalar> TryParseScalar(std::string_view text, const DataType &type) {
	switch (type.kind) {
	case TypeKind::BOOLEAN:
		return AsScalar(TryParseBoolean(text));
	case TypeKind::BYTE:
		return IntegerInRange(text, std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max());
	case TypeKind::SHORT:
		return IntegerInRange(text, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max());
	case TypeKind::INTEGER:
		return IntegerInRange(text, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
	case TypeKind::LONG:
		return AsScalar(TryParseInteger(text));
	case TypeKind::FLOAT:
		return AsScalar(TryParseFloat(text));
	case TypeKind::DOUBLE:
		return AsScalar(TryParseDouble(text));
	case TypeKind::DECIMAL:
		return AsScalar(TryParseDecimal(text, type.precision, type.scale));
	case TypeKind::STRING:
	case TypeKind::BINARY:
		return Scalar(std::string(text));
	case TypeKind::DATE:
		return AsScalar(TryParseDate(text));
	case TypeKind::TIMESTAMP:
		return AsScalar(TryParseTimestamp(text));
	case TypeKind::TIMESTAMP_NTZ:
		return AsScalar(TryParseTimestampNtz(text));
	case TypeKind::VARIANT:
	case TypeKind::VOID:
	case TypeKind::STRUCT:
	case TypeKind::ARRAY:
	case TypeKind::MAP:
		return std::nullopt;
	}
	return std::nullopt;
}

Scalar ParsePartitionValue(const std::optional<std::string> &text, const DataType &type) {
	if (!text || text->empty()) {
		return Scalar();
	}
	auto value = TryParseScalar(*text, type);
	if (!value) {
		throw Error(ErrorKind::CORRUPT, "partition value '" + *text + "' is not a value of type " + type.ToString());
	}
	return *std::move(value);
}

std::optional<std::string> WritePartitionValue(const Scalar &value, const DataType &type) {
	if (IsNull(value)) {
		return std::nullopt;
	}
	std::string text;
	switch (type.kind) {
	case TypeKind::BOOLEAN:
		text = Get<bool>(value, type) ? "true" : "false";
		break;
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
		text = std::to_string(Get<int64_t>(value, type));
		break;
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
		AppendDouble(text, Get<double>(value, type), type.kind == TypeKind::FLOAT);
		break;
	case TypeKind::DECIMAL:
		AppendDecimal(text, Get<Int128>(value, type), type.scale);
		break;
	case TypeKind::STRING:
	case TypeKind::BINARY:
		text = Get<std::string>(value, type);
		// The log is UTF-8: other bytes would come back changed.
		if (!IsUtf8(text)) {
			throw Error(ErrorKind::UNSUPPORTED, "a " + type.ToString() +
			                                        " partition value that is not UTF-8 cannot be written to the " +
			                                        "Delta log; partition by another column");
		}
		break;
	case TypeKind::DATE:
		AppendDate(text, Get<int64_t>(value, type));
		break;
	case TypeKind::TIMESTAMP: {
		auto micros = Get<int64_t>(value, type);
		AppendTimestamp(text, micros, 'T', 6);
		text += 'Z';
		break;
	}
	case TypeKind::TIMESTAMP_NTZ: {
		auto micros = Get<int64_t>(value, type);
		AppendTimestamp(text, micros, ' ', FractionDigits(micros));
		break;
	}
	case TypeKind::VARIANT:
	case TypeKind::VOID:
	case TypeKind::STRUCT:
	case TypeKind::ARRAY:
	case TypeKind::MAP:
		throw Error(ErrorKind::UNSUPPORTED, "a column of type " + type.ToString() + " cannot partition a table");
	}
	// The protocol reads "" as null for every type, so that an empty string can only be NULL.
	if (text.empty()) {
		return std::nullopt;
	}
	return text;
}

std::string PartitionFolder(std::string_view column_name, const std::optional<std::string> &value) {
	auto folder = HiveEscape(column_name) + "=";
	if (!value || value->empty()) {
		return folder.append(NULL_FOLDER);
	}
	return folder + HiveEscape(*value);
}

std::optional<NamedPartition> ParsePartitionFolder(std::string_view folder) {
	const auto equals = folder.find('=');
	if (equals == std::string_view::npos || equals == 0) {
		return std::nullopt;
	}
	NamedPartition partition;
	partition.column = HiveUnescape(folder.substr(0, equals));
	const auto value = folder.substr(equals + 1);
	if (!value.empty() && value != NULL_FOLDER) {
		partition.value = HiveUnescape(value);
	}
	return partition;
}

} // namespace merganser
