#pragma once

#include "protocol/schema.hpp"

#include <string>
#include <string_view>

namespace merganser {

//! Keys of field metadata (PROTOCOL.md, "Column Metadata").
constexpr std::string_view PHYSICAL_NAME_KEY = "delta.columnMapping.physicalName";
constexpr std::string_view FIELD_ID_KEY = "delta.columnMapping.id";
//! Ours, in no log: see UnmappedField.
constexpr std::string_view UNMAPPED_KEY = "merganser.unmapped";

//! Column and property names are equal regardless of ASCII case, as DuckDB takes them.
bool SameName(std::string_view left, std::string_view right);
std::string LowerName(std::string_view name);

//! The spelling in the schema's JSON, `decimal` without its digits. Requires: not nested.
std::string_view PrimitiveTypeName(TypeKind kind);

//! A primitive type by its spelling, `decimal(p,s)` included; nullptr when it is not known.
DataTypePtr PrimitiveTypeOf(std::string_view spelling);

} // namespace merganser
