#include "protocol/row_tracking.hpp"

#include "base/error.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/wider_table.hpp"

#include <utility>

namespace merganser {

namespace {

constexpr std::string_view SUSPENDED_PROPERTY = "delta.rowTrackingSuspended";

//! Property and, as Spark begins it, the name of each column.
constexpr std::pair<std::string_view, std::string_view> ROW_ID_COLUMN = {
    "delta.rowTracking.materializedRowIdColumnName", "_row-id-col-"};
constexpr std::pair<std::string_view, std::string_view> ROW_VERSION_COLUMN = {
    "delta.rowTracking.materializedRowCommitVersionColumnName", "_row-commit-version-col-"};

void CheckColumnName(const TableConfiguration &table, std::string_view property) {
	const auto name = table.Property(property);
	if (!name || name->empty()) {
		throw Error(ErrorKind::INVALID_INPUT,
		            std::string(ROW_TRACKING_PROPERTY) + " is on, but " + std::string(property) + " names no column");
	}
	for (auto &field : table.GetSchema().fields) {
		if (SameName(field.name, *name) || SameName(field.PhysicalName(), *name)) {
			throw Error(ErrorKind::INVALID_INPUT, "column '" + field.name + "' has the name that " +
			                                          std::string(property) + " keeps for row tracking");
		}
	}
}

} // namespace

bool SupportsRowTracking(const TableConfiguration &table) {
	return table.HasFeature(ROW_TRACKING_FEATURE);
}

bool IsRowTrackingSuspended(const TableConfiguration &table) {
	return table.PropertyBool(SUSPENDED_PROPERTY, false);
}

bool RowTrackingEnabled(const TableConfiguration &table) {
	return SupportsRowTracking(table) && table.PropertyBool(ROW_TRACKING_PROPERTY, false);
}

RowTrackingNames RowTrackingNamesOf(const TableConfiguration &table) {
	return {table.Property(ROW_ID_COLUMN.first).value_or(""), table.Property(ROW_VERSION_COLUMN.first).value_or("")};
}

void NameRowTrackingColumns(StringMap &configuration, std::string (*random_uuid)()) {
	auto *enabled = FindProperty(configuration, ROW_TRACKING_PROPERTY);
	if (!enabled || !SameName(*enabled, "true")) {
		return;
	}
	for (auto &[property, prefix] : {ROW_ID_COLUMN, ROW_VERSION_COLUMN}) {
		if (!FindProperty(configuration, property)) {
			SetProperty(configuration, property, std::string(prefix) + random_uuid());
		}
	}
}

void KeepRowTrackingNames(const StringMap &before, StringMap &configuration) {
	for (auto &[property, prefix] : {ROW_ID_COLUMN, ROW_VERSION_COLUMN}) {
		auto *name = FindProperty(before, property);
		if (name && !FindProperty(configuration, property)) {
			SetProperty(configuration, property, *name);
		}
	}
}

void ForgetRowTrackingNames(StringMap &configuration) {
	for (auto &[property, prefix] : {ROW_ID_COLUMN, ROW_VERSION_COLUMN}) {
		EraseProperty(configuration, property);
	}
}

TableConfigurationPtr RowTrackingConfiguration(const TableConfiguration &table) {
	const auto names = RowTrackingNamesOf(table);
	return WithFields(
	    table, {UnmappedField(names.row_id, TypeKind::LONG), UnmappedField(names.row_commit_version, TypeKind::LONG)});
}

void CheckRowTracking(const TableConfiguration &table) {
	if (!SupportsRowTracking(table)) {
		return;
	}
	if (!table.HasFeature("domainMetadata")) {
		throw Error(ErrorKind::INVALID_INPUT, "it lists the feature 'rowTracking' without 'domainMetadata', where the "
		                                      "highest row id would stand");
	}
	if (!RowTrackingEnabled(table)) {
		return;
	}
	if (IsRowTrackingSuspended(table)) {
		throw Error(ErrorKind::INVALID_INPUT,
		            std::string(ROW_TRACKING_PROPERTY) + " and " + std::string(SUSPENDED_PROPERTY) + " are both on");
	}
	CheckColumnName(table, ROW_ID_COLUMN.first);
	CheckColumnName(table, ROW_VERSION_COLUMN.first);
	const auto names = RowTrackingNamesOf(table);
	if (SameName(names.row_id, names.row_commit_version)) {
		throw Error(ErrorKind::INVALID_INPUT,
		            "row tracking keeps ids and commit versions in one column, '" + names.row_id + "'");
	}
}

} // namespace merganser
