#include "protocol/change_feed.hpp"

#include "protocol/schema_names.hpp"
#include "protocol/wider_table.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr std::array<std::string_view, 3> NAMES = {CHANGE_TYPE_NAME, CHANGE_VERSION_NAME, CHANGE_TIMESTAMP_NAME};

} // namespace

std::string_view NameOf(ChangeType type) {
	switch (type) {
	case ChangeType::INSERT:
		return "insert";
	case ChangeType::DELETE:
		return "delete";
	case ChangeType::UPDATE_PREIMAGE:
		return "update_preimage";
	case ChangeType::UPDATE_POSTIMAGE:
		return "update_postimage";
	}
	return "";
}

bool IsChangeFeedColumn(std::string_view name) {
	return std::any_of(NAMES.begin(), NAMES.end(), [&](auto known) { return SameName(known, name); });
}

const StructField *FindChangeFeedColumn(const Schema &schema) {
	for (auto name : NAMES) {
		if (auto *field = schema.Find(name)) {
			return field;
		}
	}
	return nullptr;
}

TableConfigurationPtr ChangeFeedConfiguration(const TableConfiguration &table) {
	return WithFields(table,
	                  {UnmappedField(CHANGE_TYPE_NAME, TypeKind::STRING),
	                   UnmappedField(CHANGE_VERSION_NAME, TypeKind::LONG),
	                   UnmappedField(CHANGE_TIMESTAMP_NAME, TypeKind::TIMESTAMP)},
	                  {CHANGE_VERSION_NAME, CHANGE_TIMESTAMP_NAME});
}

TableConfigurationPtr ChangeFileConfiguration(const TableConfiguration &table) {
	return WithFields(table, {UnmappedField(CHANGE_TYPE_NAME, TypeKind::STRING)});
}

} // namespace merganser
