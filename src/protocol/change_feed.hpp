#pragma once

#include "protocol/table_configuration.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace merganser {

//! PROTOCOL.md, "Change Data Files".
enum class ChangeType { INSERT, DELETE, UPDATE_PREIMAGE, UPDATE_POSTIMAGE };
//! As it stands in the column `_change_type`.
std::string_view NameOf(ChangeType type);

constexpr std::string_view CHANGE_TYPE_NAME = "_change_type";
constexpr std::string_view CHANGE_VERSION_NAME = "_commit_version";
constexpr std::string_view CHANGE_TIMESTAMP_NAME = "_commit_timestamp";
//! Folder of change files, in the table's root.
constexpr std::string_view CHANGE_DATA_FOLDER = "_change_data";

//! True for the columns that a change data feed has besides the table's.
bool IsChangeFeedColumn(std::string_view name);
//! The table's own column with such a name, nullptr without one: it cannot have a change data feed.
const StructField *FindChangeFeedColumn(const Schema &schema);

//! What `table_changes` reads: the table's columns, `_change_type`, and as partition columns `_commit_version` and
//! `_commit_timestamp`: a file of changes has one value of them. Requires: no FindChangeFeedColumn.
TableConfigurationPtr ChangeFeedConfiguration(const TableConfiguration &table);
//! What is written into change files: the table's columns and `_change_type`. Requires: as above.
TableConfigurationPtr ChangeFileConfiguration(const TableConfiguration &table);

} // namespace merganser
