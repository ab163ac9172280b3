#include "protocol/change_feed.hpp"

#include "protocol/schema_names.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr std::array<std::string_view, 3> NAMES = {CHANGE_TYPE_NAME, CHANGE_VERSION_NAME, CHANGE_TIMESTAMP_NAME};

//! Not mapped, under any column mapping: its name is its physical name.
StructField ChangeFeedField(std::string_view name, TypeKind kind) {
	StructField field;
	field.name = name;
	field.type = DataType::Primitive(kind);
	return field;
}

TableConfigurationPtr WithFields(const TableConfiguration &table, std::vector<StructField> fields,
                                 const std::vector<std::string_view> &partition_columns) {
	auto schema = table.GetSchema();
	schema.fields.insert(schema.fields.end(), fields.begin(), fields.end());
	auto metadata = table.GetMetadata();
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns.insert(metadata.partition_columns.end(), partition_columns.begin(),
	                                  partition_columns.end());
	return std::make_shared<TableConfiguration>(table.TableName(), table.GetProtocol(), std::move(metadata));
}

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
	                  {ChangeFeedField(CHANGE_TYPE_NAME, TypeKind::STRING),
	                   ChangeFeedField(CHANGE_VERSION_NAME, TypeKind::LONG),
	                   ChangeFeedField(CHANGE_TIMESTAMP_NAME, TypeKind::TIMESTAMP)},
	                  {CHANGE_VERSION_NAME, CHANGE_TIMESTAMP_NAME});
}

TableConfigurationPtr ChangeFileConfiguration(const TableConfiguration &table) {
	return WithFields(table, {ChangeFeedField(CHANGE_TYPE_NAME, TypeKind::STRING)}, {});
}

} // namespace merganser
