#pragma once

#include "protocol/schema.hpp"

namespace merganser {

inline const auto LONG = DataType::Primitive(TypeKind::LONG);
inline const auto DOUBLE = DataType::Primitive(TypeKind::DOUBLE);
inline const auto FLOAT = DataType::Primitive(TypeKind::FLOAT);
inline const auto STRING = DataType::Primitive(TypeKind::STRING);
inline const auto DATE = DataType::Primitive(TypeKind::DATE);
inline const auto TIMESTAMP = DataType::Primitive(TypeKind::TIMESTAMP);
inline const auto NTZ = DataType::Primitive(TypeKind::TIMESTAMP_NTZ);

} // namespace merganser
