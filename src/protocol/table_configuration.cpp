#include "protocol/table_configuration.hpp"

#include "base/error.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_features.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Spark's defaults.
constexpr int64_t STATISTICS_COLUMNS_DEFAULT = 32;
constexpr int64_t CHECKPOINT_INTERVAL_DEFAULT = 10;
constexpr uint64_t TARGET_FILE_SIZE_DEFAULT_BYTES = 256ull << 20;
constexpr std::string_view CODEC_DEFAULT = "snappy";

bool Contains(const std::optional<std::vector<std::string>> &features, std::string_view name) {
	return features && std::find(features->begin(), features->end(), name) != features->end();
}

ColumnMappingMode ReadMappingMode(const TableConfiguration &configuration) {
	// PROTOCOL.md, "Column Mapping": the property is honored only where the protocol supports the feature.
	auto mode = configuration.Property("delta.columnMapping.mode");
	if (!mode || !configuration.HasFeature("columnMapping") || SameName(*mode, "none")) {
		return ColumnMappingMode::NONE;
	}
	if (SameName(*mode, "name")) {
		return ColumnMappingMode::NAME;
	}
	if (SameName(*mode, "id")) {
		return ColumnMappingMode::ID;
	}
	throw Error(ErrorKind::CORRUPT,
	            "table '" + configuration.TableName() + "' has the unknown delta.columnMapping.mode '" + *mode + "'");
}

} // namespace

TableConfiguration::TableConfiguration(std::string table_name_p, Protocol protocol_p, Metadata metadata_p)
    : table_name(std::move(table_name_p)), protocol(std::move(protocol_p)), metadata(std::move(metadata_p)) {
	CheckReadable(table_name, protocol);
	if (!SameName(metadata.format.provider, "parquet")) {
		throw Error(ErrorKind::UNSUPPORTED, "table '" + table_name + "' keeps its data as '" +
		                                        metadata.format.provider + "', Merganser reads Parquet only");
	}
	try {
		schema = ParseSchema(metadata.schema_string);
		mapping_mode = ReadMappingMode(*this);
		if (mapping_mode == ColumnMappingMode::NONE) {
			// Ids and names that are left from another time or another table mean nothing here.
			schema = WithoutColumnMapping(schema);
		} else {
			CheckColumnMapping(schema, mapping_mode);
		}
		if (HasFeature("typeWidening") || HasFeature("typeWidening-preview")) {
			CheckTypeChanges(schema);
		}
		partition_columns = ResolvePartitionColumns(schema, metadata.partition_columns);
	} catch (const Error &error) {
		throw Error(error.kind, "table '" + table_name + "': " + error.what());
	}
	Schema data_schema;
	for (size_t i = 0; i < schema.fields.size(); i++) {
		if (!IsPartitionColumn(i)) {
			data_schema.fields.push_back(schema.fields[i]);
		}
	}
	data_leaves = LeafColumns(data_schema);
}

bool TableConfiguration::IsPartitionColumn(size_t field_index) const {
	return std::find(partition_columns.begin(), partition_columns.end(), field_index) != partition_columns.end();
}

std::vector<size_t> TableConfiguration::StatisticsLeaves() const {
	std::vector<size_t> leaves;
	if (auto listed = Property("delta.dataSkippingStatsColumns")) {
		auto columns = ParseColumnList(*listed);
		for (size_t i = 0; i < data_leaves.size(); i++) {
			auto below = [&](const ColumnPath &column) {
				return IsBelow(data_leaves[i], column);
			};
			if (std::any_of(columns.begin(), columns.end(), below)) {
				leaves.push_back(i);
			}
		}
		return leaves;
	}
	auto count = PropertyInt("delta.dataSkippingNumIndexedCols", STATISTICS_COLUMNS_DEFAULT);
	for (size_t i = 0; i < data_leaves.size() && (count < 0 || i < static_cast<uint64_t>(count)); i++) {
		leaves.push_back(i);
	}
	return leaves;
}

bool TableConfiguration::HasFeature(std::string_view feature) const {
	return SupportsFeature(protocol, feature);
}

std::optional<std::string> TableConfiguration::Property(std::string_view name) const {
	auto *value = FindProperty(metadata.configuration, name);
	return value ? std::optional<std::string>(*value) : std::nullopt;
}

int64_t TableConfiguration::PropertyInt(std::string_view name, int64_t default_value) const {
	auto *value = FindProperty(metadata.configuration, name);
	return value ? TryParseInteger(*value).value_or(default_value) : default_value;
}

bool TableConfiguration::PropertyBool(std::string_view name, bool default_value) const {
	auto *value = FindProperty(metadata.configuration, name);
	return value ? TryParseBoolean(*value).value_or(default_value) : default_value;
}

int64_t TableConfiguration::PropertyIntervalMs(std::string_view name, int64_t default_ms) const {
	auto *value = FindProperty(metadata.configuration, name);
	return value ? TryParseIntervalMs(*value).value_or(default_ms) : default_ms;
}

bool TableConfiguration::IsAppendOnly() const {
	// Obeyed whether or not the protocol lists the feature: whoever set it means it.
	return PropertyBool("delta.appendOnly", false);
}

bool TableConfiguration::ChangeDataFeedEnabled() const {
	return HasFeature("changeDataFeed") &&
	       (PropertyBool("delta.enableChangeDataFeed", false) || PropertyBool("delta.enableChangeDataCapture", false));
}

int64_t DeletedFileRetentionMs(const TableConfiguration &configuration) {
	constexpr int64_t WEEK_MS = 7ll * 24 * 60 * 60 * 1000;
	return configuration.PropertyIntervalMs("delta.deletedFileRetentionDuration", WEEK_MS);
}

bool DeletionVectorsEnabled(const TableConfiguration &configuration) {
	return configuration.HasFeature("deletionVectors") &&
	       configuration.PropertyBool("delta.enableDeletionVectors", false);
}

bool TableConfiguration::InCommitTimestampsEnabled() const {
	return HasFeature("inCommitTimestamp") && PropertyBool("delta.enableInCommitTimestamps", false);
}

IsolationLevel TableConfiguration::Isolation() const {
	auto level = Property("delta.isolationLevel");
	return level && SameName(*level, "WriteSerializable") ? IsolationLevel::WRITE_SERIALIZABLE
	                                                      : IsolationLevel::SERIALIZABLE;
}

int64_t TableConfiguration::CheckpointInterval() const {
	auto interval = PropertyInt("delta.checkpointInterval", CHECKPOINT_INTERVAL_DEFAULT);
	return interval > 0 ? interval : CHECKPOINT_INTERVAL_DEFAULT;
}

uint64_t TableConfiguration::TargetFileSizeBytes() const {
	auto size = Property("delta.targetFileSize");
	return size ? TryParseByteSize(*size).value_or(TARGET_FILE_SIZE_DEFAULT_BYTES) : TARGET_FILE_SIZE_DEFAULT_BYTES;
}

std::string TableConfiguration::CompressionCodec() const {
	return LowerName(Property("delta.parquet.compression.codec").value_or(std::string(CODEC_DEFAULT)));
}

bool SupportsFeature(const Protocol &protocol, std::string_view name) {
	auto *feature = FindTableFeature(name);
	if (!feature) {
		return Contains(protocol.reader_features, name) || Contains(protocol.writer_features, name);
	}
	if (feature->is_reader_feature) {
		return protocol.min_reader_version >= READER_VERSION_WITH_FEATURES
		           ? Contains(protocol.reader_features, name)
		           : feature->legacy_reader_version > 0 &&
		                 protocol.min_reader_version >= feature->legacy_reader_version;
	}
	return protocol.min_writer_version >= WRITER_VERSION_WITH_FEATURES
	           ? Contains(protocol.writer_features, name)
	           : feature->legacy_writer_version > 0 && protocol.min_writer_version >= feature->legacy_writer_version;
}

} // namespace merganser
