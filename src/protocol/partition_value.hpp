#pragma once

#include "protocol/scalar.hpp"
#include "protocol/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! PROTOCOL.md, "Partition Value Serialization". null and "" are NULL. Timestamps: `yyyy-MM-dd HH:mm:ss[.SSSSSS]` is
//! taken as UTC, ISO-8601 with zone is converted. Throws CORRUPT naming column type and text when the text is not of
//! the type.
Scalar ParsePartitionValue(const std::optional<std::string> &text, const DataType &type);
//! nullopt for NULL. Timestamps are written as ISO-8601 UTC, timestamp_ntz as `yyyy-MM-dd HH:mm:ss[.SSSSSS]`.
std::optional<std::string> WritePartitionValue(const Scalar &value, const DataType &type);
//! `name=value` of one partition folder, Hive-escaped (NULL is __HIVE_DEFAULT_PARTITION__). Not yet URI-encoded.
std::string PartitionFolder(std::string_view column_name, const std::optional<std::string> &value);
struct NamedPartition {
	std::string column;
	std::optional<std::string> value;
};
//! The other way round; nullopt for a folder that is not named so.
std::optional<NamedPartition> ParsePartitionFolder(std::string_view folder);

//! Text <-> value of a primitive type in the form of statistics JSON and partition values.
std::optional<Scalar> TryParseScalar(std::string_view text, const DataType &type);

} // namespace merganser
