#include "txn/metadata_conflict.hpp"

#include "protocol/identity_columns.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <set>
#include <string_view>
#include <vector>

namespace merganser {

namespace {

using Reason = std::optional<std::string>;

//! Properties whose change in the named direction concerns no commit that was prepared without it.
//!
//! Row tracking is not among them: from then on rows that a statement copies have to keep their ids, and it has not
//! read them. Nor is turning anything off: a file with a deletion vector may be on its way into the table.
struct HarmlessProperty {
	std::string_view name;
	//! The only value it may be given; empty: any.
	std::string_view value;
};
constexpr HarmlessProperty HARMLESS_PROPERTIES[] = {
    // Files without a vector stay valid.
    {"delta.enableDeletionVectors", "true"},
    // Concerns the next checkpoint, whose writer looks at the version that it writes.
    {"delta.checkpointPolicy", "v2"},
    // The commit is assembled under the winner's configuration and gets a timestamp above the winner's.
    {"delta.enableInCommitTimestamps", "true"},
    {"delta.inCommitTimestampEnablementVersion", ""},
    {"delta.inCommitTimestampEnablementTimestamp", ""},
    // Only together with a schema that names every column physically as it was named before: see SchemaConflict.
    {"delta.columnMapping.mode", "name"},
    {"delta.columnMapping.maxColumnId", ""},
};

bool IsHarmless(std::string_view name, const std::string *value) {
	for (auto &property : HARMLESS_PROPERTIES) {
		if (SameName(property.name, name)) {
			return value && (property.value.empty() || SameName(property.value, *value));
		}
	}
	return false;
}

std::set<std::string> LowerNames(const StringMap &configuration) {
	std::set<std::string> names;
	for (auto &entry : configuration) {
		names.insert(LowerName(entry.first));
	}
	return names;
}

Reason PropertyConflict(const StringMap &before, const StringMap &after) {
	auto names = LowerNames(before);
	names.merge(LowerNames(after));
	for (auto &name : names) {
		auto *old_value = FindProperty(before, name);
		auto *new_value = FindProperty(after, name);
		bool is_same = old_value && new_value ? *old_value == *new_value : old_value == new_value;
		if (!is_same && !IsHarmless(name, new_value)) {
			return "it changed the table's property " + CanonicalPropertyName(name).value_or(name);
		}
	}
	return std::nullopt;
}

//! True when every column is called in the data files as it is in the schema, as before column mapping was turned on
//! (PROTOCOL.md, "Column Mapping": files that are already there keep their names).
bool KeepsNames(const Schema &schema) {
	bool keeps = true;
	VisitFields(schema.fields, [&](const StructField &field) { keeps = keeps && field.PhysicalName() == field.name; });
	return keeps;
}

//! Columns may have gained their mapping, and identity columns numbers: who numbers rows has metadata of its own, and
//! loses by that. Nothing else.
Reason SchemaConflict(const TableConfiguration &base, const Metadata &changed) {
	auto &before = base.GetMetadata().schema_string;
	if (before == changed.schema_string) {
		return std::nullopt;
	}
	auto schema = WithoutHighWaterMarks(ParseSchema(changed.schema_string));
	auto old_schema = WithoutHighWaterMarks(ParseSchema(before));
	bool is_first_mapping = base.MappingMode() == ColumnMappingMode::NONE;
	bool is_same = is_first_mapping
	                   ? KeepsNames(schema) && WithoutColumnMapping(schema) == WithoutColumnMapping(old_schema)
	                   : schema == old_schema;
	return is_same ? Reason() : "it changed the table's schema";
}

//! Turning column mapping on by name is harmless, any other change of the mode is not.
Reason MappingConflict(const TableConfiguration &base, const Metadata &changed) {
	auto before = base.Property("delta.columnMapping.mode").value_or("none");
	auto *after = FindProperty(changed.configuration, "delta.columnMapping.mode");
	auto mode = after ? *after : std::string("none");
	if (SameName(before, mode) || (base.MappingMode() == ColumnMappingMode::NONE && SameName(before, "none"))) {
		return std::nullopt;
	}
	return "it changed the table's column mapping from " + before + " to " + mode;
}

std::vector<std::string> PhysicalNames(const Schema &schema) {
	std::vector<std::string> names;
	VisitFields(schema.fields, [&](const StructField &field) { names.push_back(field.PhysicalName()); });
	return names;
}

} // namespace

Reason MetadataConflict(const TableConfiguration &base, const Metadata &changed) {
	auto &before = base.GetMetadata();
	if (before.id != changed.id) {
		return "it replaced the table by another";
	}
	bool is_same_table = before.name == changed.name && before.description == changed.description &&
	                     before.created_time == changed.created_time;
	if (!is_same_table) {
		return "it changed the table's name or description";
	}
	bool is_same_layout = before.partition_columns == changed.partition_columns &&
	                      SameName(before.format.provider, changed.format.provider) &&
	                      before.format.options == changed.format.options;
	if (!is_same_layout) {
		return "it changed how the table's files are laid out";
	}
	if (auto reason = MappingConflict(base, changed)) {
		return reason;
	}
	if (auto reason = PropertyConflict(before.configuration, changed.configuration)) {
		return reason;
	}
	return SchemaConflict(base, changed);
}

bool SamePhysicalNames(const TableConfiguration &before, const TableConfiguration &after) {
	return PhysicalNames(before.GetSchema()) == PhysicalNames(after.GetSchema());
}

} // namespace merganser
