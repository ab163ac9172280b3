#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! PROTOCOL.md, "Schema Serialization Format".
enum class TypeKind {
	BOOLEAN,
	BYTE,
	SHORT,
	INTEGER,
	LONG,
	FLOAT,
	DOUBLE,
	DECIMAL,
	STRING,
	BINARY,
	DATE,
	TIMESTAMP,
	TIMESTAMP_NTZ,
	VARIANT,
	//! `void`: a column that has never held a value.
	VOID,
	STRUCT,
	ARRAY,
	MAP
};

struct DataType;
using DataTypePtr = std::shared_ptr<const DataType>;

//! A column or struct field. `metadata` keeps every key with its value as raw JSON text, known or not, in order of key.
struct StructField {
	std::string name;
	DataTypePtr type;
	bool nullable = true;
	std::map<std::string, std::string> metadata;

	//! `delta.columnMapping.physicalName` where present, else the name.
	std::string PhysicalName() const;
	//! `delta.columnMapping.id`.
	std::optional<int32_t> FieldId() const;
	//! A string-valued metadata entry, decoded (`comment`, `CURRENT_DEFAULT`, …).
	std::optional<std::string> MetadataString(std::string_view key) const;
	void SetMetadataString(std::string_view key, std::string_view value);
};

//! Immutable; shared by schemas of many versions.
struct DataType {
	TypeKind kind = TypeKind::VOID;
	//! DECIMAL only.
	uint8_t precision = 0;
	uint8_t scale = 0;
	//! STRUCT only.
	std::vector<StructField> fields;
	//! ARRAY: element; MAP: value.
	DataTypePtr element;
	bool element_nullable = true;
	//! MAP only.
	DataTypePtr key;

	bool IsNested() const {
		return kind == TypeKind::STRUCT || kind == TypeKind::ARRAY || kind == TypeKind::MAP;
	}
	//! `integer`, `decimal(10,2)`, `array<…>`: for messages and DESCRIBE.
	std::string ToString() const;

	static DataTypePtr Primitive(TypeKind kind);
	static DataTypePtr Decimal(uint8_t precision, uint8_t scale);
	static DataTypePtr Struct(std::vector<StructField> fields);
	static DataTypePtr Array(DataTypePtr element, bool contains_null);
	static DataTypePtr Map(DataTypePtr key, DataTypePtr value, bool value_contains_null);
};

//! The table's columns. Names are matched without regard to case (PROTOCOL.md), but kept as written.
struct Schema {
	std::vector<StructField> fields;

	//! nullopt when there is no such column.
	std::optional<size_t> IndexOf(std::string_view name) const;
	const StructField *Find(std::string_view name) const;
};

bool operator==(const DataType &left, const DataType &right);
bool operator==(const StructField &left, const StructField &right);
bool operator==(const Schema &left, const Schema &right);

//! Parses `metaData.schemaString`. Throws CORRUPT; UNSUPPORTED naming an unknown type.
Schema ParseSchema(std::string_view schema_json);
std::string WriteSchema(const Schema &schema);

//! Physical names from the root to a leaf.
using ColumnPath = std::vector<std::string>;

//! A primitive leaf that may carry statistics: reached through structs only, never through arrays or maps.
struct LeafColumn {
	ColumnPath physical_path;
	//! Logical names, same depth.
	ColumnPath logical_path;
	DataTypePtr type;
	//! A double that was float earlier (`delta.typeChanges`): statistics of its old files are texts of floats, so that
	//! bounds have to be read as both.
	bool widened_from_float = false;
};
//! Leaves in schema order (depth first).
std::vector<LeafColumn> LeafColumns(const Schema &schema);

} // namespace merganser
