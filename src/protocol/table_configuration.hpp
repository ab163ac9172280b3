#pragma once

#include "protocol/actions.hpp"
#include "protocol/schema.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

enum class ColumnMappingMode { NONE, NAME, ID };
enum class IsolationLevel { SERIALIZABLE, WRITE_SERIALIZABLE };

//! The only validated join of protocol, metadata, properties and schema. Immutable, shared.
//! Constructing it is the check: a table that needs a feature that we cannot read throws UNSUPPORTED naming table and
//! feature.
class TableConfiguration {
public:
	//! `table_name` is for messages. Throws UNSUPPORTED, CORRUPT (bad schema, partition column missing from it).
	TableConfiguration(std::string table_name, Protocol protocol, Metadata metadata);

	//! Throws UNSUPPORTED naming the feature when the table cannot be written by Merganser; names the constraint, the
	//! invariant or the default value that is not understood.
	void CheckWritable() const;

	const std::string &TableName() const {
		return table_name;
	}
	const Protocol &GetProtocol() const {
		return protocol;
	}
	const Metadata &GetMetadata() const {
		return metadata;
	}
	const Schema &GetSchema() const {
		return schema;
	}
	//! Indexes into the schema's fields, in the order of metadata.partition_columns.
	const std::vector<size_t> &PartitionColumns() const {
		return partition_columns;
	}
	bool IsPartitionColumn(size_t field_index) const;
	//! Leaves of the non-partition columns, in schema order: the candidates for statistics.
	const std::vector<LeafColumn> &DataLeaves() const {
		return data_leaves;
	}
	//! The leaves whose statistics a writer gathers: delta.dataSkippingStatsColumns or the first
	//! delta.dataSkippingNumIndexedCols (default 32; -1 all). Indexes into DataLeaves().
	std::vector<size_t> StatisticsLeaves() const;
	ColumnMappingMode MappingMode() const {
		return mapping_mode;
	}
	//! True when the feature is listed or implied by a legacy protocol version.
	bool HasFeature(std::string_view feature) const;

	//! Table properties; names are matched without regard to case (the SQL parser lower-cases them).
	std::optional<std::string> Property(std::string_view name) const;
	//! Default when absent; CORRUPT is never thrown for a bad value: the default is used.
	int64_t PropertyInt(std::string_view name, int64_t default_value) const;
	bool PropertyBool(std::string_view name, bool default_value) const;
	//! `delta.deletedFileRetentionDuration` and other intervals (`interval 1 week`), milliseconds.
	int64_t PropertyIntervalMs(std::string_view name, int64_t default_ms) const;

	bool IsAppendOnly() const;
	//! delta.enableChangeDataFeed and the feature in force: a commit that changes rows other than by adding or removing
	//! whole files has to write change files (PROTOCOL.md, "Change Data Files").
	bool ChangeDataFeedEnabled() const;
	//! delta.enableInCommitTimestamps and the feature listed.
	bool InCommitTimestampsEnabled() const;
	IsolationLevel Isolation() const;
	int64_t CheckpointInterval() const;
	uint64_t TargetFileSizeBytes() const;
	//! `snappy` (default) or what delta.parquet.compression.codec says, lower case.
	std::string CompressionCodec() const;

private:
	std::string table_name;
	Protocol protocol;
	Metadata metadata;
	Schema schema;
	std::vector<size_t> partition_columns;
	std::vector<LeafColumn> data_leaves;
	ColumnMappingMode mapping_mode = ColumnMappingMode::NONE;
};
using TableConfigurationPtr = std::shared_ptr<const TableConfiguration>;

//! delta.enableDeletionVectors and the feature listed: deletes write deletion vectors instead of copying files.
bool DeletionVectorsEnabled(const TableConfiguration &configuration);

//! delta.deletedFileRetentionDuration, milliseconds; a week where the table does not say.
int64_t DeletedFileRetentionMs(const TableConfiguration &configuration);

//! The known `delta.*` property with its exact spelling for a name in any case (SQL lower-cases option names);
//! nullopt for an unknown `delta.` name. Names that do not begin with `delta.` are kept as they are.
std::optional<std::string> CanonicalPropertyName(std::string_view name);

//! What a new table needs: the smallest protocol that covers schema and properties (1/2 when nothing asks for more,
//! else 3/7 with the smallest lists). Throws UNSUPPORTED for a property that asks for a feature we do not write,
//! INVALID_INPUT for a bad value.
Protocol SmallestProtocol(const Schema &schema, const StringMap &configuration);

//! What a table has after it got this schema and these properties: `current`, and what they need. A protocol that lists
//! its features gets no others. Throws as above.
Protocol ExtendProtocol(const Protocol &current, const Schema &schema, const StringMap &configuration);

//! Gives every field (nested too) an id and a physical name as delta.columnMapping.mode = name or id demands, and sets
//! delta.columnMapping.maxColumnId in `configuration`. Existing ids and names stay. `random_uuid` is called per new
//! physical name.
Schema AssignColumnMapping(const Schema &schema, StringMap &configuration, std::string (*random_uuid)());

} // namespace merganser
