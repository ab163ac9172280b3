#include "protocol/known_properties.hpp"

#include "base/error.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace merganser {

namespace {

constexpr KnownProperty PROPERTIES[] = {
    {"delta.appendOnly", PropertyKind::BOOLEAN},
    {"delta.autoOptimize", PropertyKind::BOOLEAN},
    {"delta.autoOptimize.autoCompact", PropertyKind::TEXT},
    {"delta.autoOptimize.optimizeWrite", PropertyKind::BOOLEAN},
    {"delta.castIcebergTimeType", PropertyKind::BOOLEAN},
    {"delta.checkpoint.writeStatsAsJson", PropertyKind::BOOLEAN},
    {"delta.checkpoint.writeStatsAsStruct", PropertyKind::BOOLEAN},
    {"delta.checkpointInterval", PropertyKind::COUNT},
    {"delta.checkpointPolicy", PropertyKind::CHECKPOINT_POLICY},
    {"delta.checkpointRetentionDuration", PropertyKind::DURATION},
    {"delta.columnMapping.maxColumnId", PropertyKind::NUMBER},
    {"delta.columnMapping.mode", PropertyKind::COLUMN_MAPPING_MODE},
    {"delta.compatibility.symlinkFormatManifest.enabled", PropertyKind::BOOLEAN},
    {"delta.coordinatedCommits.commitCoordinator-preview", PropertyKind::TEXT},
    {"delta.coordinatedCommits.commitCoordinatorConf-preview", PropertyKind::TEXT},
    {"delta.coordinatedCommits.tableConf-preview", PropertyKind::TEXT},
    {"delta.dataSkippingNumIndexedCols", PropertyKind::COLUMN_COUNT},
    {"delta.dataSkippingStatsColumns", PropertyKind::COLUMN_LIST},
    {"delta.dataSkippingStringPrefixLength", PropertyKind::NUMBER},
    {"delta.deletedFileRetentionDuration", PropertyKind::DURATION},
    {"delta.dropFeatureTruncateHistory.retentionDuration", PropertyKind::DURATION},
    {"delta.enableChangeDataCapture", PropertyKind::BOOLEAN},
    {"delta.enableChangeDataFeed", PropertyKind::BOOLEAN},
    {"delta.enableDeletionVectors", PropertyKind::BOOLEAN},
    {"delta.enableExpiredLogCleanup", PropertyKind::BOOLEAN},
    {"delta.enableFullRetentionRollback", PropertyKind::BOOLEAN},
    {"delta.enableIcebergCompatV1", PropertyKind::BOOLEAN},
    {"delta.enableIcebergCompatV2", PropertyKind::BOOLEAN},
    {"delta.enableIcebergCompatV3", PropertyKind::BOOLEAN},
    {"delta.enableIcebergWriterCompatV1", PropertyKind::BOOLEAN},
    {"delta.enableIcebergWriterCompatV3", PropertyKind::BOOLEAN},
    {"delta.enableInCommitTimestamps", PropertyKind::BOOLEAN},
    {"delta.enableMaterializePartitionColumnsFeature", PropertyKind::BOOLEAN},
    {"delta.enableRowTracking", PropertyKind::BOOLEAN},
    {"delta.enableTypeWidening", PropertyKind::BOOLEAN},
    {"delta.enableVariantShredding", PropertyKind::BOOLEAN},
    {"delta.ignoreIcebergBucketPartition", PropertyKind::BOOLEAN},
    {"delta.ignoreProtocolDefaults", PropertyKind::BOOLEAN},
    {"delta.inCommitTimestampEnablementTimestamp", PropertyKind::NUMBER},
    {"delta.inCommitTimestampEnablementVersion", PropertyKind::NUMBER},
    {"delta.isolationLevel", PropertyKind::ISOLATION_LEVEL},
    {"delta.lastCommitTimestamp", PropertyKind::NUMBER},
    {"delta.lastUpdateVersion", PropertyKind::NUMBER},
    {"delta.logRetentionDuration", PropertyKind::DURATION},
    {"delta.minReaderVersion", PropertyKind::COUNT},
    {"delta.minWriterVersion", PropertyKind::COUNT},
    {"delta.parquet.compression.codec", PropertyKind::CODEC},
    {"delta.parquet.format.version", PropertyKind::TEXT},
    {"delta.randomizeFilePrefixes", PropertyKind::BOOLEAN},
    {"delta.randomPrefixLength", PropertyKind::COUNT},
    {"delta.redirectReaderWriter-preview", PropertyKind::TEXT},
    {"delta.redirectWriterOnly-preview", PropertyKind::TEXT},
    {"delta.requireCheckpointProtectionBeforeVersion", PropertyKind::NUMBER},
    {"delta.rowTracking.materializedRowCommitVersionColumnName", PropertyKind::TEXT},
    {"delta.rowTracking.materializedRowIdColumnName", PropertyKind::TEXT},
    {"delta.rowTrackingSuspended", PropertyKind::BOOLEAN},
    {"delta.sampleRetentionDuration", PropertyKind::DURATION},
    {"delta.setTransactionRetentionDuration", PropertyKind::DURATION},
    {"delta.targetFileSize", PropertyKind::BYTE_SIZE},
    {"delta.tuneFileSizesForRewrites", PropertyKind::BOOLEAN},
    {"delta.universalFormat.enabledFormats", PropertyKind::TEXT},
    {"delta.universalFormat.iceberg.atomicConversion.supported", PropertyKind::TEXT},
    {"delta.writePartitionColumnsToParquet", PropertyKind::BOOLEAN},
    {"merganser.automaticVacuum", PropertyKind::BOOLEAN},
    {"merganser.checkpointPartSize", PropertyKind::NUMBER},
    {"merganser.inlineDeletionVectors", PropertyKind::BOOLEAN},
    {"merganser.logCompactionInterval", PropertyKind::NUMBER},
};

[[noreturn]] void Refuse(std::string_view property, std::string_view value, const std::string &allowed) {
	throw Error(ErrorKind::INVALID_INPUT,
	            "property " + std::string(property) + " cannot be '" + std::string(value) + "'; use " + allowed);
}

bool IsOneOf(std::string_view value, std::initializer_list<std::string_view> names) {
	return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return SameName(name, value); });
}

bool IsNumberFrom(std::string_view value, int64_t smallest) {
	auto number = TryParseInteger(value);
	return number && *number >= smallest;
}

//! Empty when the value can be; else what can be.
std::string WhatIsAllowed(PropertyKind kind, const std::string &value) {
	auto unless = [](bool is_allowed, const char *allowed) {
		return is_allowed ? std::string() : std::string(allowed);
	};
	switch (kind) {
	case PropertyKind::BOOLEAN:
		return unless(TryParseBoolean(value).has_value(), "'true' or 'false'");
	case PropertyKind::COUNT:
		return unless(IsNumberFrom(value, 1), "a whole number from 1");
	case PropertyKind::NUMBER:
		return unless(IsNumberFrom(value, 0), "a whole number from 0");
	case PropertyKind::COLUMN_COUNT:
		return unless(IsNumberFrom(value, -1), "a whole number from 0, or -1 for all columns");
	case PropertyKind::DURATION:
		return unless(TryParseIntervalMs(value).has_value(),
		              "an interval of weeks, days, hours, minutes and seconds, for example 'interval 1 week'");
	case PropertyKind::BYTE_SIZE:
		return unless(TryParseByteSize(value).has_value(),
		              "a number of bytes, or one with kb, mb or gb such as '128mb'");
	case PropertyKind::CODEC:
		return unless(IsOneOf(value, {"snappy", "zstd", "gzip", "brotli", "lz4", "lz4_raw", "uncompressed", "none"}),
		              "'snappy', 'zstd', 'gzip', 'brotli', 'lz4' or 'uncompressed'");
	case PropertyKind::ISOLATION_LEVEL:
		return unless(IsOneOf(value, {"Serializable", "WriteSerializable"}), "'Serializable' or 'WriteSerializable'");
	case PropertyKind::COLUMN_MAPPING_MODE:
		return unless(IsOneOf(value, {"none", "name", "id"}), "'none', 'name' or 'id'");
	case PropertyKind::CHECKPOINT_POLICY:
		return unless(IsOneOf(value, {"classic", "v2"}), "'classic' or 'v2'");
	case PropertyKind::COLUMN_LIST:
	case PropertyKind::TEXT:
		break;
	}
	return std::string();
}

void CheckStatisticsColumns(std::string_view property, const std::string &value, const Metadata &metadata,
                            const Schema &schema) {
	auto leaves = LeafColumns(schema);
	for (auto &column : ParseColumnList(value)) {
		auto &partitions = metadata.partition_columns;
		bool is_partition = std::any_of(partitions.begin(), partitions.end(),
		                                [&](const std::string &name) { return SameName(name, column.front()); });
		bool has_leaf =
		    std::any_of(leaves.begin(), leaves.end(), [&](const LeafColumn &leaf) { return IsBelow(leaf, column); });
		if (is_partition || !has_leaf) {
			auto name = column.front();
			for (size_t i = 1; i < column.size(); i++) {
				name += "." + column[i];
			}
			Refuse(property, value,
			       "columns of the table that can have statistics; \"" + name + "\" is " +
			           (is_partition                  ? "a partition column"
			            : schema.Find(column.front()) ? "not one of a plain type"
			                                          : "not a column"));
		}
	}
}

} // namespace

const KnownProperty *FindKnownProperty(std::string_view name) {
	for (auto &property : PROPERTIES) {
		if (SameName(property.name, name)) {
			return &property;
		}
	}
	return nullptr;
}

void CheckPropertyValues(const Metadata &metadata, const Schema &schema) {
	for (auto &[name, value] : metadata.configuration) {
		auto *property = FindKnownProperty(name);
		if (!property) {
			continue;
		}
		auto allowed = WhatIsAllowed(property->kind, value);
		if (!allowed.empty()) {
			Refuse(property->name, value, allowed);
		}
		if (property->kind == PropertyKind::COLUMN_LIST) {
			CheckStatisticsColumns(property->name, value, metadata, schema);
		}
	}
}

} // namespace merganser
