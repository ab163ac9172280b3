#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace merganser {

//! PROTOCOL.md, "Actions". Field names are the specification's in snake_case. Optional fields are nullopt when absent
//! in the log.

//! A partition value as in the log: nullopt is JSON null. Both null and "" mean NULL.
using PartitionValues = std::map<std::string, std::optional<std::string>>;
using StringMap = std::map<std::string, std::string>;

//! PROTOCOL.md, "Deletion Vector Descriptor Schema".
struct DeletionVectorDescriptor {
	//! 'u' relative file with z85 uuid, 'i' inline, 'p' absolute path.
	char storage_type = 'u';
	std::string path_or_inline_dv;
	//! Absent is not 0: it changes the unique id.
	std::optional<int32_t> offset;
	int32_t size_in_bytes = 0;
	int64_t cardinality = 0;

	//! storageType + pathOrInlineDv [+ '@' + offset].
	std::string UniqueId() const;
};
bool operator==(const DeletionVectorDescriptor &left, const DeletionVectorDescriptor &right);

struct AddFile {
	//! RFC 2396 URI, relative to the table's root or absolute, percent-encoded as in the log.
	std::string path;
	PartitionValues partition_values;
	int64_t size = 0;
	int64_t modification_time = 0;
	bool data_change = true;
	//! Statistics as JSON text.
	std::optional<std::string> stats;
	std::optional<StringMap> tags;
	std::optional<DeletionVectorDescriptor> deletion_vector;
	std::optional<int64_t> base_row_id;
	std::optional<int64_t> default_row_commit_version;
	std::optional<std::string> clustering_provider;
};

struct RemoveFile {
	std::string path;
	std::optional<int64_t> deletion_timestamp;
	bool data_change = true;
	std::optional<bool> extended_file_metadata;
	std::optional<PartitionValues> partition_values;
	std::optional<int64_t> size;
	std::optional<std::string> stats;
	std::optional<StringMap> tags;
	std::optional<DeletionVectorDescriptor> deletion_vector;
	std::optional<int64_t> base_row_id;
	std::optional<int64_t> default_row_commit_version;
};

struct AddCdcFile {
	std::string path;
	PartitionValues partition_values;
	int64_t size = 0;
	bool data_change = false;
	std::optional<StringMap> tags;
};

struct Format {
	std::string provider = "parquet";
	StringMap options;
};

struct Metadata {
	std::string id;
	std::optional<std::string> name;
	std::optional<std::string> description;
	Format format;
	std::string schema_string;
	std::vector<std::string> partition_columns;
	std::optional<int64_t> created_time;
	StringMap configuration;
};

struct Protocol {
	int32_t min_reader_version = 1;
	int32_t min_writer_version = 2;
	//! Present exactly when the version is 3 (reader) / 7 (writer).
	std::optional<std::vector<std::string>> reader_features;
	std::optional<std::vector<std::string>> writer_features;
};

struct CommitInfo {
	std::optional<int64_t> timestamp;
	std::optional<int64_t> in_commit_timestamp;
	std::optional<std::string> operation;
	//! Value of each parameter as the text that stands in the JSON string (Spark stores JSON-encoded strings).
	StringMap operation_parameters;
	StringMap operation_metrics;
	std::optional<std::string> engine_info;
	std::optional<std::string> txn_id;
	std::optional<bool> is_blind_append;
	std::optional<std::string> isolation_level;
	std::optional<int64_t> read_version;
	std::optional<std::string> user_metadata;
	//! Every other key with its raw JSON value.
	StringMap other;
};

//! `txn`.
struct SetTransaction {
	std::string app_id;
	int64_t version = 0;
	std::optional<int64_t> last_updated;
};

struct DomainMetadata {
	std::string domain;
	std::string configuration;
	bool removed = false;
};

//! Checkpoints only (V2).
struct CheckpointMetadata {
	int64_t version = 0;
	std::optional<StringMap> tags;
};

//! Checkpoints only (V2). `path` is a file name in `_delta_log/_sidecars` or an absolute URI.
struct Sidecar {
	std::string path;
	int64_t size_in_bytes = 0;
	int64_t modification_time = 0;
	std::optional<StringMap> tags;
};

using Action = std::variant<AddFile, RemoveFile, AddCdcFile, Metadata, Protocol, CommitInfo, SetTransaction,
                            DomainMetadata, CheckpointMetadata, Sidecar>;

} // namespace merganser
