#pragma once

#include "protocol/actions.hpp"
#include "protocol/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Prefixes of properties whose rest is a name.
constexpr std::string_view CONSTRAINT_PREFIX = "delta.constraints.";
constexpr std::string_view FEATURE_PREFIX = "delta.feature.";
constexpr std::string_view MAPPING_MODE_PROPERTY = "delta.columnMapping.mode";
//! Ours: a JSON array of column names, written by SORTED BY.
constexpr std::string_view SORTED_BY_PROPERTY = "merganser.sortedBy";

//! The value of a property; names are equal regardless of case, an exact match wins.
const std::string *FindProperty(const StringMap &configuration, std::string_view name);
//! Removes a property, however its name is spelled.
void EraseProperty(StringMap &configuration, std::string_view name);
//! The same, then gives it the value under this spelling.
void SetProperty(StringMap &configuration, std::string_view name, std::string value);
//! True when `name` begins with `prefix`, regardless of case.
bool HasNamePrefix(std::string_view name, std::string_view prefix);

//! `interval 1 week`, `30 days`, `1 day 12 hours`: milliseconds. nullopt for months, years and anything else.
std::optional<int64_t> TryParseIntervalMs(std::string_view text);
//! `134217728`, `128mb`, `1 GB` (powers of 1024): bytes, greater than 0.
std::optional<uint64_t> TryParseByteSize(std::string_view text);

//! `a.b, c.d` with back-quotes around what holds a dot or a comma.
std::vector<ColumnPath> ParseColumnList(std::string_view text);
//! True for a column's own leaf and for those of a struct's fields.
bool IsBelow(const LeafColumn &leaf, const ColumnPath &column);

} // namespace merganser
