#include "base/json_writer.hpp"
#include "protocol/action_json.hpp"

namespace merganser {

namespace {

//! One JSON object whose optional members are left out when they are absent. Members stand in Spark's order.
class ActionWriter {
public:
	explicit ActionWriter(std::string_view action) {
		json.StartObject().Key(action).StartObject();
	}
	void Add(std::string_view key, const std::string &value) {
		json.Key(key).String(value);
	}
	void Add(std::string_view key, int64_t value) {
		json.Key(key).Int(value);
	}
	void Add(std::string_view key, bool value) {
		json.Key(key).Bool(value);
	}
	void Add(std::string_view key, const StringMap &map) {
		json.Key(key).StartObject();
		for (auto &[name, value] : map) {
			json.Key(name).String(value);
		}
		json.EndObject();
	}
	void Add(std::string_view key, const PartitionValues &values) {
		json.Key(key).StartObject();
		for (auto &[name, value] : values) {
			json.Key(name);
			value ? json.String(*value) : json.Null();
		}
		json.EndObject();
	}
	void Add(std::string_view key, const std::vector<std::string> &strings) {
		json.Key(key).Strings(strings);
	}
	void Add(std::string_view key, const DeletionVectorDescriptor &descriptor) {
		json.Key(key).StartObject();
		Add("storageType", std::string(1, descriptor.storage_type));
		Add("pathOrInlineDv", descriptor.path_or_inline_dv);
		Add("offset", descriptor.offset);
		Add("sizeInBytes", int64_t(descriptor.size_in_bytes));
		Add("cardinality", descriptor.cardinality);
		json.EndObject();
	}
	void Add(std::string_view key, const Format &format) {
		json.Key(key).StartObject();
		Add("provider", format.provider);
		Add("options", format.options);
		json.EndObject();
	}
	void Add(std::string_view key, const std::optional<int32_t> &value) {
		if (value) {
			Add(key, int64_t(*value));
		}
	}
	template <class VALUE>
	void Add(std::string_view key, const std::optional<VALUE> &value) {
		if (value) {
			Add(key, *value);
		}
	}
	void AddRaw(std::string_view key, std::string_view raw) {
		json.Key(key).Raw(raw);
	}
	std::string Take() {
		json.EndObject().EndObject();
		return json.Take();
	}

private:
	JsonWriter json;
};

std::string Write(const AddFile &add) {
	ActionWriter out("add");
	out.Add("path", add.path);
	out.Add("partitionValues", add.partition_values);
	out.Add("size", add.size);
	out.Add("modificationTime", add.modification_time);
	out.Add("dataChange", add.data_change);
	out.Add("stats", add.stats);
	out.Add("tags", add.tags);
	out.Add("deletionVector", add.deletion_vector);
	out.Add("baseRowId", add.base_row_id);
	out.Add("defaultRowCommitVersion", add.default_row_commit_version);
	out.Add("clusteringProvider", add.clustering_provider);
	return out.Take();
}

std::string Write(const RemoveFile &remove) {
	ActionWriter out("remove");
	out.Add("path", remove.path);
	out.Add("deletionTimestamp", remove.deletion_timestamp);
	out.Add("dataChange", remove.data_change);
	out.Add("extendedFileMetadata", remove.extended_file_metadata);
	out.Add("partitionValues", remove.partition_values);
	out.Add("size", remove.size);
	out.Add("tags", remove.tags);
	out.Add("deletionVector", remove.deletion_vector);
	out.Add("baseRowId", remove.base_row_id);
	out.Add("defaultRowCommitVersion", remove.default_row_commit_version);
	out.Add("stats", remove.stats);
	return out.Take();
}

std::string Write(const AddCdcFile &cdc) {
	ActionWriter out("cdc");
	out.Add("path", cdc.path);
	out.Add("partitionValues", cdc.partition_values);
	out.Add("size", cdc.size);
	out.Add("dataChange", cdc.data_change);
	out.Add("tags", cdc.tags);
	return out.Take();
}

std::string Write(const Metadata &metadata) {
	ActionWriter out("metaData");
	out.Add("id", metadata.id);
	out.Add("name", metadata.name);
	out.Add("description", metadata.description);
	out.Add("format", metadata.format);
	out.Add("schemaString", metadata.schema_string);
	out.Add("partitionColumns", metadata.partition_columns);
	out.Add("configuration", metadata.configuration);
	out.Add("createdTime", metadata.created_time);
	return out.Take();
}

std::string Write(const Protocol &protocol) {
	ActionWriter out("protocol");
	out.Add("minReaderVersion", int64_t(protocol.min_reader_version));
	out.Add("minWriterVersion", int64_t(protocol.min_writer_version));
	out.Add("readerFeatures", protocol.reader_features);
	out.Add("writerFeatures", protocol.writer_features);
	return out.Take();
}

std::string Write(const CommitInfo &info) {
	ActionWriter out("commitInfo");
	out.Add("inCommitTimestamp", info.in_commit_timestamp);
	out.Add("timestamp", info.timestamp);
	out.Add("operation", info.operation);
	out.Add("operationParameters", info.operation_parameters);
	out.Add("readVersion", info.read_version);
	out.Add("isolationLevel", info.isolation_level);
	out.Add("isBlindAppend", info.is_blind_append);
	if (!info.operation_metrics.empty()) {
		out.Add("operationMetrics", info.operation_metrics);
	}
	out.Add("userMetadata", info.user_metadata);
	out.Add("engineInfo", info.engine_info);
	out.Add("txnId", info.txn_id);
	for (auto &[key, raw] : info.other) {
		out.AddRaw(key, raw);
	}
	return out.Take();
}

std::string Write(const SetTransaction &transaction) {
	ActionWriter out("txn");
	out.Add("appId", transaction.app_id);
	out.Add("version", transaction.version);
	out.Add("lastUpdated", transaction.last_updated);
	return out.Take();
}

std::string Write(const DomainMetadata &domain) {
	ActionWriter out("domainMetadata");
	out.Add("domain", domain.domain);
	out.Add("configuration", domain.configuration);
	out.Add("removed", domain.removed);
	return out.Take();
}

std::string Write(const CheckpointMetadata &checkpoint) {
	ActionWriter out("checkpointMetadata");
	out.Add("version", checkpoint.version);
	out.Add("tags", checkpoint.tags);
	return out.Take();
}

std::string Write(const Sidecar &sidecar) {
	ActionWriter out("sidecar");
	out.Add("path", sidecar.path);
	out.Add("sizeInBytes", sidecar.size_in_bytes);
	out.Add("modificationTime", sidecar.modification_time);
	out.Add("tags", sidecar.tags);
	return out.Take();
}

} // namespace

std::string WriteAction(const Action &action) {
	return std::visit([](const auto &held) { return Write(held); }, action);
}

} // namespace merganser
