#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/text_cursor.hpp"

#include <unordered_set>
#include <utility>

namespace merganser {

namespace {

constexpr std::pair<std::string_view, TypeKind> PRIMITIVES[] = {
    {"boolean", TypeKind::BOOLEAN}, {"byte", TypeKind::BYTE},       {"short", TypeKind::SHORT},
    {"integer", TypeKind::INTEGER}, {"long", TypeKind::LONG},       {"float", TypeKind::FLOAT},
    {"double", TypeKind::DOUBLE},   {"decimal", TypeKind::DECIMAL}, {"string", TypeKind::STRING},
    {"binary", TypeKind::BINARY},   {"date", TypeKind::DATE},       {"timestamp", TypeKind::TIMESTAMP},
    {"variant", TypeKind::VARIANT}, {"void", TypeKind::VOID},       {"timestamp_ntz", TypeKind::TIMESTAMP_NTZ},
};

//! Digits of `decimal` without any (Spark's default).
constexpr uint8_t DEFAULT_PRECISION = 10;
constexpr uint8_t DEFAULT_SCALE = 0;

//! What follows `decimal`: `(p,s)`. nullptr when malformed or out of range.
DataTypePtr ParseDecimalDigits(std::string_view text) {
	TextCursor cursor(text);
	int64_t precision, scale = 0;
	bool valid = cursor.Take('(');
	cursor.SkipSpaces();
	valid = valid && cursor.TakeNumber(1, 2, precision);
	cursor.SkipSpaces();
	if (cursor.Take(',')) {
		cursor.SkipSpaces();
		valid = valid && cursor.TakeNumber(1, 2, scale);
		cursor.SkipSpaces();
	}
	valid = valid && cursor.Take(')') && cursor.Done();
	if (!valid || precision < 1 || precision > DECIMAL_PRECISION_MAX || scale > precision) {
		return nullptr;
	}
	return DataType::Decimal(static_cast<uint8_t>(precision), static_cast<uint8_t>(scale));
}

DataTypePtr ParseType(JsonValue json, const std::string &column);

StructField ParseField(JsonValue json, const std::string &parent) {
	StructField field;
	field.name = json.GetString("name");
	auto column = parent.empty() ? field.name : parent + "." + field.name;
	field.type = ParseType(json.Get("type"), column);
	field.nullable = json.FindBool("nullable").value_or(true);
	if (auto metadata = json.Find("metadata")) {
		for (auto member : metadata->Members()) {
			field.metadata.emplace(std::string(member.key), member.value.Minify());
		}
	}
	return field;
}

std::vector<StructField> ParseFields(JsonValue json, const std::string &parent) {
	std::vector<StructField> fields;
	std::unordered_set<std::string> names;
	for (JsonValue element : json.Get("fields").Elements()) {
		auto &field = fields.emplace_back(ParseField(element, parent));
		// PROTOCOL.md, "Schema Serialization Format": unique regardless of casing.
		if (!names.insert(LowerName(field.name)).second) {
			json.ThrowCorrupt("the schema has the column '" + field.name + "' twice");
		}
	}
	return fields;
}

DataTypePtr ParseType(JsonValue json, const std::string &column) {
	auto unsupported = [&](std::string_view type) {
		return Error(ErrorKind::UNSUPPORTED,
		             "column '" + column + "' has the type '" + std::string(type) +
		                 "', which this version of Merganser does not know; leave the column out of the table or use " +
		                 "another engine");
	};
	if (auto spelling = json.TryString()) {
		auto type = PrimitiveTypeOf(*spelling);
		if (!type) {
			throw unsupported(*spelling);
		}
		return type;
	}
	auto kind = json.GetString("type");
	if (kind == "struct") {
		return DataType::Struct(ParseFields(json, column));
	}
	if (kind == "array") {
		return DataType::Array(ParseType(json.Get("elementType"), column + ".element"),
		                       json.FindBool("containsNull").value_or(true));
	}
	if (kind == "map") {
		auto key = ParseType(json.Get("keyType"), column + ".key");
		auto value = ParseType(json.Get("valueType"), column + ".value");
		return DataType::Map(std::move(key), std::move(value), json.FindBool("valueContainsNull").value_or(true));
	}
	throw unsupported(kind);
}

void WriteFields(JsonWriter &json, const std::vector<StructField> &fields);

void WriteType(JsonWriter &json, const DataType &type) {
	switch (type.kind) {
	case TypeKind::STRUCT:
		WriteFields(json, type.fields);
		return;
	case TypeKind::ARRAY:
		json.StartObject().Key("type").String("array").Key("elementType");
		WriteType(json, *type.element);
		json.Key("containsNull").Bool(type.element_nullable).EndObject();
		return;
	case TypeKind::MAP:
		json.StartObject().Key("type").String("map").Key("keyType");
		WriteType(json, *type.key);
		json.Key("valueType");
		WriteType(json, *type.element);
		json.Key("valueContainsNull").Bool(type.element_nullable).EndObject();
		return;
	default:
		json.String(type.ToString());
		return;
	}
}

void WriteFields(JsonWriter &json, const std::vector<StructField> &fields) {
	json.StartObject().Key("type").String("struct").Key("fields").StartArray();
	for (auto &field : fields) {
		json.StartObject().Key("name").String(field.name).Key("type");
		WriteType(json, *field.type);
		json.Key("nullable").Bool(field.nullable).Key("metadata").StartObject();
		for (auto &[key, raw] : field.metadata) {
			json.Key(key).Raw(raw);
		}
		json.EndObject().EndObject();
	}
	json.EndArray().EndObject();
}

} // namespace

std::string_view PrimitiveTypeName(TypeKind kind) {
	for (auto &[name, candidate] : PRIMITIVES) {
		if (candidate == kind) {
			return name;
		}
	}
	throw Error(ErrorKind::INTERNAL, "a nested type has no name");
}

DataTypePtr PrimitiveTypeOf(std::string_view spelling) {
	constexpr std::string_view DECIMAL = "decimal";
	if (spelling == DECIMAL) {
		return DataType::Decimal(DEFAULT_PRECISION, DEFAULT_SCALE);
	}
	if (spelling.substr(0, DECIMAL.size()) == DECIMAL) {
		return ParseDecimalDigits(spelling.substr(DECIMAL.size()));
	}
	for (auto &[name, kind] : PRIMITIVES) {
		if (spelling == name) {
			return DataType::Primitive(kind);
		}
	}
	return nullptr;
}

Schema ParseSchema(std::string_view schema_json) {
	auto document = ParseJson(schema_json, "schemaString");
	auto root = document.Root();
	if (root.GetString("type") != "struct") {
		root.ThrowCorrupt("the schema of a table is a struct");
	}
	return Schema {ParseFields(root, "")};
}

std::string WriteSchema(const Schema &schema) {
	JsonWriter json;
	WriteFields(json, schema.fields);
	return json.Take();
}

} // namespace merganser
