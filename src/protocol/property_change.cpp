#include "protocol/property_change.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/clustering.hpp"
#include "protocol/identity_columns.hpp"
#include "protocol/number_text.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace merganser {

namespace {

//! Of the properties that say which columns get statistics.
constexpr std::string_view STATISTICS_PREFIX = "delta.dataSkipping";

constexpr std::string_view TIMESTAMPS_PROPERTY = "delta.enableInCommitTimestamps";

//! Written beside what they describe; a value of the user's would make the table unreadable or lose its history.
constexpr std::string_view KEPT_BY_WRITERS[] = {
    "delta.columnMapping.maxColumnId",
    "delta.inCommitTimestampEnablementTimestamp",
    "delta.inCommitTimestampEnablementVersion",
    "delta.lastCommitTimestamp",
    "delta.lastUpdateVersion",
    "delta.requireCheckpointProtectionBeforeVersion",
    "delta.rowTracking.materializedRowCommitVersionColumnName",
    "delta.rowTracking.materializedRowIdColumnName",
    "delta.rowTrackingSuspended",
};

//! Instructions for the protocol, no properties of the table.
constexpr std::string_view VERSION_PROPERTIES[] = {"delta.minReaderVersion", "delta.minWriterVersion"};

bool IsOneOf(std::string_view name, const auto &names) {
	return std::any_of(std::begin(names), std::end(names),
	                   [&](std::string_view candidate) { return SameName(candidate, name); });
}

bool IsForProtocol(std::string_view name) {
	return HasNamePrefix(name, FEATURE_PREFIX) || IsOneOf(name, VERSION_PROPERTIES);
}

void CheckGiven(const TableConfiguration &table, const std::string &name) {
	if (IsOneOf(name, KEPT_BY_WRITERS)) {
		throw Error(ErrorKind::INVALID_INPUT, AlterMessage(table) + "property " + name +
		                                          " is kept by the writers of the table; it cannot be set or reset");
	}
}

//! A later change would let writers believe that the time of every version since then stands in its commit.
void ForgetTimestampEnablement(StringMap &configuration) {
	EraseProperty(configuration, "delta.inCommitTimestampEnablementTimestamp");
	EraseProperty(configuration, "delta.inCommitTimestampEnablementVersion");
}

std::string_view ModeName(ColumnMappingMode mode) {
	switch (mode) {
	case ColumnMappingMode::NONE:
		return "none";
	case ColumnMappingMode::NAME:
		return "name";
	case ColumnMappingMode::ID:
		return "id";
	}
	return "none";
}

//! True when the mode changes from none to name. The names in existing files allow no other change.
bool TurnsMappingOn(const TableConfiguration &table, const std::string &mode) {
	auto current = ModeName(table.MappingMode());
	if (SameName(mode, current)) {
		return false;
	}
	if (SameName(mode, "name") && table.MappingMode() == ColumnMappingMode::NONE) {
		return true;
	}
	throw Error(ErrorKind::INVALID_INPUT,
	            AlterMessage(table) + "property delta.columnMapping.mode cannot be changed from '" +
	                std::string(current) + "' to '" + mode + "': the table's files are named after the old mode. " +
	                "Copy the rows into a new table WITH ('delta.columnMapping.mode' = '" + mode + "')");
}

} // namespace

AlteredTable SetProperties(const AlteredFrom &from, const StringMap &properties) {
	auto &table = from.table;
	auto edit = BeginEdit(table);
	bool turns_mapping_on = false;
	for (auto &[name, value] : properties) {
		CheckGiven(table, name);
		edit.given_properties[name] = value;
		if (IsForProtocol(name)) {
			continue;
		}
		if (SameName(name, MAPPING_MODE_PROPERTY)) {
			turns_mapping_on = TurnsMappingOn(table, value);
		}
		if (SameName(name, TIMESTAMPS_PROPERTY) && TryParseBoolean(value) == false) {
			ForgetTimestampEnablement(edit.metadata.configuration);
		}
		SetProperty(edit.metadata.configuration, name, value);
	}
	if (turns_mapping_on) {
		MapColumns(from, edit);
	}
	NameRowTrackingColumns(edit.metadata.configuration, from.random_uuid);
	auto altered = FinishEdit(table, std::move(edit));
	const bool is_about_statistics = std::any_of(properties.begin(), properties.end(), [](const auto &property) {
		return HasNamePrefix(property.first, STATISTICS_PREFIX);
	});
	if (is_about_statistics && !from.clustering_columns.empty()) {
		const TableConfiguration after(table.TableName(), altered.protocol.value_or(table.GetProtocol()),
		                               altered.metadata);
		CheckClusteringStatistics(after, from.clustering_columns);
	}
	return altered;
}

AlteredTable ResetProperties(const AlteredFrom &from, const std::vector<std::string> &names) {
	auto &table = from.table;
	auto edit = BeginEdit(table);
	for (auto &name : names) {
		CheckGiven(table, name);
		if (IsForProtocol(name)) {
			throw Error(ErrorKind::INVALID_INPUT, AlterMessage(table) + name +
			                                          " asks for a protocol, and a protocol is not taken back: "
			                                          "files of the table may need it");
		}
		if (SameName(name, MAPPING_MODE_PROPERTY) && table.MappingMode() != ColumnMappingMode::NONE) {
			TurnsMappingOn(table, "none");
		}
		if (SameName(name, TIMESTAMPS_PROPERTY)) {
			ForgetTimestampEnablement(edit.metadata.configuration);
		}
		EraseProperty(edit.metadata.configuration, name);
	}
	return FinishEdit(table, std::move(edit));
}

AlteredTable SetSortedBy(const AlteredFrom &from, const std::vector<std::string> &columns) {
	auto edit = BeginEdit(from.table);
	if (columns.empty()) {
		EraseProperty(edit.metadata.configuration, SORTED_BY_PROPERTY);
	} else {
		SetProperty(edit.metadata.configuration, SORTED_BY_PROPERTY, JsonWriter().Strings(columns).Take());
	}
	return FinishEdit(from.table, std::move(edit));
}

AlteredTable SetPartitionedBy(const AlteredFrom &from, std::vector<std::string> columns) {
	if (!columns.empty() && !from.clustering_columns.empty()) {
		throw Error(ErrorKind::INVALID_INPUT, AlterMessage(from.table) +
		                                          "a clustered table cannot be partitioned. ALTER TABLE … CLUSTER BY "
		                                          "NONE first");
	}
	CheckNoIdentity(from.table.GetSchema(), columns);
	auto edit = BeginEdit(from.table);
	edit.metadata.partition_columns = std::move(columns);
	// Partition columns have no statistics: the property must not name them.
	constexpr const char *STATISTICS_COLUMNS = "delta.dataSkippingStatsColumns";
	if (auto listed = from.table.Property(STATISTICS_COLUMNS)) {
		edit.given_properties[STATISTICS_COLUMNS] = *listed;
	}
	return FinishEdit(from.table, std::move(edit));
}

} // namespace merganser
