#include "protocol/altered_table.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/change_feed.hpp"
#include "protocol/known_properties.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <utility>

namespace merganser {

void CheckChangeFeedNames(const TableConfiguration &table, const std::string &statement) {
	const auto *field = table.ChangeDataFeedEnabled() ? FindChangeFeedColumn(table.GetSchema()) : nullptr;
	if (field) {
		throw Error(ErrorKind::INVALID_INPUT,
		            statement + "a table with a change data feed cannot have a column \"" + field->name +
		                "\": the feed itself has one. Use another name, or no delta.enableChangeDataFeed");
	}
}

bool AlteredTable::Changes(const TableConfiguration &table) const {
	auto &before = table.GetMetadata();
	return protocol || metadata.schema_string != before.schema_string ||
	       metadata.configuration != before.configuration || metadata.partition_columns != before.partition_columns;
}

TableEdit BeginEdit(const TableConfiguration &table) {
	return {table.GetSchema(), table.GetMetadata(), {}};
}

AlteredTable FinishEdit(const TableConfiguration &table, TableEdit edit) {
	AlteredTable altered;
	altered.metadata = std::move(edit.metadata);
	// A schema that stays keeps its text, whatever its writer put into it.
	if (!(edit.schema == table.GetSchema())) {
		altered.metadata.schema_string = WriteSchema(edit.schema);
	}
	Metadata given;
	given.partition_columns = altered.metadata.partition_columns;
	given.configuration = edit.given_properties;
	CheckPropertyValues(given, edit.schema);
	auto &current = table.GetProtocol();
	auto combined = ExtendProtocol(current, edit.schema, edit.given_properties);
	if (!(combined == current)) {
		altered.protocol = std::move(combined);
	}
	TableConfiguration check(table.TableName(), altered.protocol.value_or(current), altered.metadata);
	check.CheckWritable();
	CheckChangeFeedNames(check, AlterMessage(table));
	return altered;
}

void MapColumns(const AlteredFrom &from, TableEdit &edit) {
	auto &configuration = edit.metadata.configuration;
	if (from.table.MappingMode() == ColumnMappingMode::NONE) {
		edit.schema.fields = EditFields(
		    edit.schema.fields, [](StructField &field) { field.SetMetadataString(PHYSICAL_NAME_KEY, field.name); });
		SetProperty(configuration, MAPPING_MODE_PROPERTY, "name");
		edit.given_properties[std::string(MAPPING_MODE_PROPERTY)] = "name";
	}
	edit.schema = AssignColumnMapping(edit.schema, configuration, from.random_uuid);
}

std::vector<ColumnPath> ClusteringColumns(std::string_view domain_configuration) {
	std::vector<ColumnPath> columns;
	auto document = ParseJson(domain_configuration, "metadata domain delta.clustering");
	for (JsonValue column : document.Root().Get("clusteringColumns").Elements()) {
		auto &path = columns.emplace_back();
		for (JsonValue name : column.Elements()) {
			path.emplace_back(name.AsString());
		}
	}
	return columns;
}

std::string AlterMessage(const TableConfiguration &table) {
	return "ALTER TABLE \"" + table.TableName() + "\": ";
}

std::string PathText(const ColumnPath &path) {
	std::string text;
	for (auto &name : path) {
		text += (text.empty() ? "" : ".") + name;
	}
	return text;
}

} // namespace merganser
