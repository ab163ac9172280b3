#include "engine/port/checkpoint_action.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

//! NULL where there is no such field.
Value Child(const Value &value, const std::string &name) {
	const auto &children = duckdb::StructType::GetChildTypes(value.type());
	for (idx_t i = 0; i < children.size(); i++) {
		if (children[i].first == name) {
			return duckdb::StructValue::GetChildren(value)[i];
		}
	}
	return Value();
}

std::optional<std::string> Text(const Value &value, const std::string &name) {
	const auto child = Child(value, name);
	return child.IsNull() ? std::nullopt : std::optional<std::string>(child.ToString());
}

std::optional<int64_t> Integer(const Value &value, const std::string &name) {
	const auto child = Child(value, name);
	return child.IsNull() ? std::nullopt : std::optional<int64_t>(child.GetValue<int64_t>());
}

std::optional<bool> Boolean(const Value &value, const std::string &name) {
	const auto child = Child(value, name);
	return child.IsNull() ? std::nullopt : std::optional<bool>(child.GetValue<bool>());
}

template <class T>
T Required(std::optional<T> value, const std::string &name) {
	if (!value) {
		throw Error(ErrorKind::CORRUPT, "an action without \"" + name + "\"");
	}
	return std::move(*value);
}

//! Calls visit(key, value) for each entry of a map, or of a list of key-value structs; returns false for NULL.
template <class VISITOR>
bool ForEachEntry(const Value &map, VISITOR &&visit) {
	if (map.IsNull() || map.type().InternalType() != duckdb::PhysicalType::LIST) {
		return false;
	}
	for (const auto &entry : duckdb::ListValue::GetChildren(map)) {
		const auto &pair = duckdb::StructValue::GetChildren(entry);
		visit(pair[0].ToString(), pair[1]);
	}
	return true;
}

std::optional<StringMap> Map(const Value &value, const std::string &name) {
	StringMap result;
	const bool is_there = ForEachEntry(Child(value, name), [&](const std::string &key, const Value &text) {
		result[key] = text.IsNull() ? std::string() : text.ToString();
	});
	return is_there ? std::optional<StringMap>(std::move(result)) : std::nullopt;
}

std::optional<std::vector<std::string>> Texts(const Value &value, const std::string &name) {
	const auto list = Child(value, name);
	if (list.IsNull()) {
		return std::nullopt;
	}
	std::vector<std::string> result;
	for (const auto &text : duckdb::ListValue::GetChildren(list)) {
		result.push_back(text.ToString());
	}
	return result;
}

std::optional<DeletionVectorDescriptor> DeletionVector(const Value &value) {
	const auto vector = Child(value, "deletionVector");
	if (vector.IsNull()) {
		return std::nullopt;
	}
	const auto type = Text(vector, "storageType");
	if (!type || type->empty()) {
		return std::nullopt;
	}
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = type->front();
	descriptor.path_or_inline_dv = Required(Text(vector, "pathOrInlineDv"), "pathOrInlineDv");
	if (const auto offset = Integer(vector, "offset")) {
		descriptor.offset = static_cast<int32_t>(*offset);
	}
	descriptor.size_in_bytes = static_cast<int32_t>(Integer(vector, "sizeInBytes").value_or(0));
	descriptor.cardinality = Integer(vector, "cardinality").value_or(0);
	return descriptor;
}

RemoveFile RemoveOf(const Value &value) {
	RemoveFile remove;
	remove.path = Required(Text(value, "path"), "path");
	remove.deletion_timestamp = Integer(value, "deletionTimestamp");
	remove.data_change = Boolean(value, "dataChange").value_or(true);
	remove.extended_file_metadata = Boolean(value, "extendedFileMetadata");
	PartitionValues partition_values;
	const bool has_values =
	    ForEachEntry(Child(value, "partitionValues"), [&](const std::string &key, const Value &text) {
		    partition_values[key] = text.IsNull() ? std::nullopt : std::optional<std::string>(text.ToString());
	    });
	if (has_values) {
		remove.partition_values = std::move(partition_values);
	}
	remove.size = Integer(value, "size");
	remove.stats = Text(value, "stats");
	remove.tags = Map(value, "tags");
	remove.deletion_vector = DeletionVector(value);
	remove.base_row_id = Integer(value, "baseRowId");
	remove.default_row_commit_version = Integer(value, "defaultRowCommitVersion");
	return remove;
}

Metadata MetadataOf(const Value &value) {
	Metadata metadata;
	metadata.id = Text(value, "id").value_or(std::string());
	metadata.name = Text(value, "name");
	metadata.description = Text(value, "description");
	const auto format = Child(value, "format");
	if (!format.IsNull()) {
		metadata.format.provider = Text(format, "provider").value_or("parquet");
		metadata.format.options = Map(format, "options").value_or(StringMap());
	}
	metadata.schema_string = Required(Text(value, "schemaString"), "schemaString");
	metadata.partition_columns = Texts(value, "partitionColumns").value_or(std::vector<std::string>());
	metadata.created_time = Integer(value, "createdTime");
	metadata.configuration = Map(value, "configuration").value_or(StringMap());
	return metadata;
}

Protocol ProtocolOf(const Value &value) {
	Protocol protocol;
	protocol.min_reader_version =
	    static_cast<int32_t>(Required(Integer(value, "minReaderVersion"), "minReaderVersion"));
	protocol.min_writer_version =
	    static_cast<int32_t>(Required(Integer(value, "minWriterVersion"), "minWriterVersion"));
	protocol.reader_features = Texts(value, "readerFeatures");
	protocol.writer_features = Texts(value, "writerFeatures");
	return protocol;
}

Sidecar SidecarOf(const Value &value) {
	Sidecar sidecar;
	sidecar.path = Required(Text(value, "path"), "path");
	sidecar.size_in_bytes = Integer(value, "sizeInBytes").value_or(0);
	sidecar.modification_time = Integer(value, "modificationTime").value_or(0);
	sidecar.tags = Map(value, "tags");
	return sidecar;
}

} // namespace

Action CheckpointActionOf(const std::string &column, const Value &value) {
	if (column == "remove") {
		return RemoveOf(value);
	}
	if (column == "metaData") {
		return MetadataOf(value);
	}
	if (column == "protocol") {
		return ProtocolOf(value);
	}
	if (column == "txn") {
		return SetTransaction {Required(Text(value, "appId"), "appId"), Required(Integer(value, "version"), "version"),
		                       Integer(value, "lastUpdated")};
	}
	if (column == "domainMetadata") {
		return DomainMetadata {Required(Text(value, "domain"), "domain"),
		                       Text(value, "configuration").value_or(std::string()),
		                       Boolean(value, "removed").value_or(false)};
	}
	if (column == "checkpointMetadata") {
		return CheckpointMetadata {Required(Integer(value, "version"), "version"), Map(value, "tags")};
	}
	Verify(column == "sidecar", "a column of a checkpoint is known");
	return SidecarOf(value);
}

} // namespace merganser
