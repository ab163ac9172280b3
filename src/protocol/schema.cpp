#include "protocol/schema.hpp"

#include "base/json.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"

#include <array>
#include <limits>

namespace merganser {

namespace {

constexpr size_t TYPE_KINDS = static_cast<size_t>(TypeKind::MAP) + 1;

std::array<DataTypePtr, TYPE_KINDS> MakePrimitives() {
	std::array<DataTypePtr, TYPE_KINDS> types;
	for (size_t i = 0; i < TYPE_KINDS; i++) {
		auto type = std::make_shared<DataType>();
		type->kind = static_cast<TypeKind>(i);
		types[i] = std::move(type);
	}
	return types;
}

char LowerAscii(char c) {
	return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

//! True when a change of the field itself (not of an element, key or value) began at float.
bool WasFloat(const StructField &field) {
	auto changes = field.metadata.find("delta.typeChanges");
	if (field.type->kind != TypeKind::DOUBLE || changes == field.metadata.end()) {
		return false;
	}
	auto document = ParseJson(changes->second, "delta.typeChanges of column '" + field.name + "'");
	for (JsonValue change : document.Root().Elements()) {
		if (change.FindString("fromType") == "float" && !change.Find("fieldPath")) {
			return true;
		}
	}
	return false;
}

void CollectLeaves(const std::vector<StructField> &fields, LeafColumn &path, std::vector<LeafColumn> &leaves) {
	for (auto &field : fields) {
		path.physical_path.push_back(field.PhysicalName());
		path.logical_path.push_back(field.name);
		if (field.type->kind == TypeKind::STRUCT) {
			CollectLeaves(field.type->fields, path, leaves);
		} else if (!field.type->IsNested() && field.type->kind != TypeKind::VOID) {
			// A void column is never in a data file (PROTOCOL.md, "Void Type").
			leaves.push_back({path.physical_path, path.logical_path, field.type, WasFloat(field)});
		}
		path.physical_path.pop_back();
		path.logical_path.pop_back();
	}
}

bool SameType(const DataTypePtr &left, const DataTypePtr &right) {
	return left == right || (left && right && *left == *right);
}

} // namespace

std::string LowerName(std::string_view name) {
	std::string lower(name);
	for (auto &c : lower) {
		c = LowerAscii(c);
	}
	return lower;
}

bool SameName(std::string_view left, std::string_view right) {
	if (left.size() != right.size()) {
		return false;
	}
	for (size_t i = 0; i < left.size(); i++) {
		if (LowerAscii(left[i]) != LowerAscii(right[i])) {
			return false;
		}
	}
	return true;
}

std::string StructField::PhysicalName() const {
	return MetadataString(PHYSICAL_NAME_KEY).value_or(name);
}

std::optional<int32_t> StructField::FieldId() const {
	auto entry = metadata.find(std::string(FIELD_ID_KEY));
	if (entry == metadata.end()) {
		return std::nullopt;
	}
	auto id = TryParseInteger(entry->second);
	if (!id || *id < std::numeric_limits<int32_t>::min() || *id > std::numeric_limits<int32_t>::max()) {
		return std::nullopt;
	}
	return static_cast<int32_t>(*id);
}

std::optional<std::string> StructField::MetadataString(std::string_view key) const {
	auto entry = metadata.find(std::string(key));
	if (entry == metadata.end() || entry->second.empty() || entry->second[0] != '"') {
		return std::nullopt;
	}
	auto &raw = entry->second;
	if (raw.size() >= 2 && raw.find('\\') == std::string::npos) {
		return raw.substr(1, raw.size() - 2);
	}
	return std::string(ParseJson(raw, "metadata of column '" + name + "'").Root().AsString());
}

void StructField::SetMetadataString(std::string_view key, std::string_view value) {
	std::string raw;
	AppendJsonString(raw, value);
	metadata[std::string(key)] = std::move(raw);
}

DataTypePtr DataType::Primitive(TypeKind kind) {
	static const auto primitives = MakePrimitives();
	return primitives[static_cast<size_t>(kind)];
}

DataTypePtr DataType::Decimal(uint8_t precision, uint8_t scale) {
	auto type = std::make_shared<DataType>();
	type->kind = TypeKind::DECIMAL;
	type->precision = precision;
	type->scale = scale;
	return type;
}

DataTypePtr DataType::Struct(std::vector<StructField> fields) {
	auto type = std::make_shared<DataType>();
	type->kind = TypeKind::STRUCT;
	type->fields = std::move(fields);
	return type;
}

DataTypePtr DataType::Array(DataTypePtr element, bool contains_null) {
	auto type = std::make_shared<DataType>();
	type->kind = TypeKind::ARRAY;
	type->element = std::move(element);
	type->element_nullable = contains_null;
	return type;
}

DataTypePtr DataType::Map(DataTypePtr key, DataTypePtr value, bool value_contains_null) {
	auto type = std::make_shared<DataType>();
	type->kind = TypeKind::MAP;
	type->key = std::move(key);
	type->element = std::move(value);
	type->element_nullable = value_contains_null;
	return type;
}

std::string DataType::ToString() const {
	switch (kind) {
	case TypeKind::DECIMAL:
		return "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
	case TypeKind::STRUCT: {
		std::string text = "struct<";
		for (auto &field : fields) {
			text += (text.back() == '<' ? "" : ", ") + field.name + ": " + field.type->ToString();
		}
		return text + ">";
	}
	case TypeKind::ARRAY:
		return "array<" + element->ToString() + ">";
	case TypeKind::MAP:
		return "map<" + key->ToString() + ", " + element->ToString() + ">";
	default:
		return std::string(PrimitiveTypeName(kind));
	}
}

bool operator==(const DataType &left, const DataType &right) {
	return left.kind == right.kind && left.precision == right.precision && left.scale == right.scale &&
	       left.element_nullable == right.element_nullable && left.fields == right.fields &&
	       SameType(left.element, right.element) && SameType(left.key, right.key);
}

bool operator==(const StructField &left, const StructField &right) {
	return left.name == right.name && left.nullable == right.nullable && left.metadata == right.metadata &&
	       SameType(left.type, right.type);
}

bool operator==(const Schema &left, const Schema &right) {
	return left.fields == right.fields;
}

std::optional<size_t> Schema::IndexOf(std::string_view name) const {
	for (size_t i = 0; i < fields.size(); i++) {
		if (SameName(fields[i].name, name)) {
			return i;
		}
	}
	return std::nullopt;
}

const StructField *Schema::Find(std::string_view name) const {
	auto index = IndexOf(name);
	return index ? &fields[*index] : nullptr;
}

std::vector<LeafColumn> LeafColumns(const Schema &schema) {
	std::vector<LeafColumn> leaves;
	LeafColumn path;
	CollectLeaves(schema.fields, path, leaves);
	return leaves;
}

} // namespace merganser
