#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/action_json.hpp"

#include <limits>

namespace merganser {

namespace {

int32_t AsInt32(JsonValue json, std::string_view what) {
	auto value = json.AsInt();
	if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
		json.ThrowCorrupt(std::string(what) + " is out of range");
	}
	return static_cast<int32_t>(value);
}

bool GetBool(JsonValue json, std::string_view key) {
	return json.Get(key).AsBool();
}

std::optional<std::string> FindText(JsonValue json, std::string_view key) {
	auto text = json.FindString(key);
	return text ? std::optional<std::string>(*text) : std::nullopt;
}

//! Writers put numbers and booleans into maps of strings: their text is the value.
std::string TextOf(JsonValue json) {
	auto text = json.TryString();
	return text ? std::string(*text) : json.Minify();
}

StringMap ReadMap(JsonValue json) {
	StringMap map;
	for (auto member : json.Members()) {
		if (!member.value.IsNull()) {
			map.emplace(std::string(member.key), TextOf(member.value));
		}
	}
	return map;
}

std::optional<StringMap> FindMap(JsonValue json, std::string_view key) {
	auto map = json.Find(key);
	return map ? std::optional<StringMap>(ReadMap(*map)) : std::nullopt;
}

PartitionValues ReadPartitionValues(JsonValue json) {
	PartitionValues values;
	for (auto member : json.Members()) {
		values.emplace(std::string(member.key),
		               member.value.IsNull() ? std::nullopt : std::optional<std::string>(TextOf(member.value)));
	}
	return values;
}

std::vector<std::string> ReadStrings(JsonValue json) {
	std::vector<std::string> strings;
	for (JsonValue element : json.Elements()) {
		strings.emplace_back(element.AsString());
	}
	return strings;
}

std::optional<std::vector<std::string>> FindStrings(JsonValue json, std::string_view key) {
	auto strings = json.Find(key);
	return strings ? std::optional<std::vector<std::string>>(ReadStrings(*strings)) : std::nullopt;
}

std::optional<DeletionVectorDescriptor> FindDeletionVector(JsonValue action) {
	auto json = action.Find("deletionVector");
	if (!json) {
		return std::nullopt;
	}
	DeletionVectorDescriptor descriptor;
	auto storage_type = json->GetString("storageType");
	if (storage_type != "u" && storage_type != "i" && storage_type != "p") {
		json->ThrowCorrupt("a deletion vector has the unknown storage type '" + std::string(storage_type) + "'");
	}
	descriptor.storage_type = storage_type[0];
	descriptor.path_or_inline_dv = json->GetString("pathOrInlineDv");
	if (auto offset = json->Find("offset")) {
		descriptor.offset = AsInt32(*offset, "the offset of a deletion vector");
	}
	descriptor.size_in_bytes = AsInt32(json->Get("sizeInBytes"), "the size of a deletion vector");
	descriptor.cardinality = json->GetInt("cardinality");
	if (descriptor.offset.value_or(0) < 0 || descriptor.size_in_bytes < 0 || descriptor.cardinality < 0) {
		json->ThrowCorrupt("a deletion vector has a negative offset, size or cardinality");
	}
	return descriptor;
}

AddFile ReadAddFile(JsonValue json) {
	AddFile add;
	add.path = json.GetString("path");
	add.partition_values = ReadPartitionValues(json.Get("partitionValues"));
	add.size = json.GetInt("size");
	add.modification_time = json.GetInt("modificationTime");
	add.data_change = GetBool(json, "dataChange");
	add.stats = FindText(json, "stats");
	add.tags = FindMap(json, "tags");
	add.deletion_vector = FindDeletionVector(json);
	add.base_row_id = json.FindInt("baseRowId");
	add.default_row_commit_version = json.FindInt("defaultRowCommitVersion");
	add.clustering_provider = FindText(json, "clusteringProvider");
	return add;
}

RemoveFile ReadRemoveFile(JsonValue json) {
	RemoveFile remove;
	remove.path = json.GetString("path");
	remove.deletion_timestamp = json.FindInt("deletionTimestamp");
	remove.data_change = GetBool(json, "dataChange");
	remove.extended_file_metadata = json.FindBool("extendedFileMetadata");
	if (auto values = json.Find("partitionValues")) {
		remove.partition_values = ReadPartitionValues(*values);
	}
	remove.size = json.FindInt("size");
	remove.stats = FindText(json, "stats");
	remove.tags = FindMap(json, "tags");
	remove.deletion_vector = FindDeletionVector(json);
	remove.base_row_id = json.FindInt("baseRowId");
	remove.default_row_commit_version = json.FindInt("defaultRowCommitVersion");
	return remove;
}

AddCdcFile ReadAddCdcFile(JsonValue json) {
	AddCdcFile cdc;
	cdc.path = json.GetString("path");
	cdc.partition_values = ReadPartitionValues(json.Get("partitionValues"));
	cdc.size = json.GetInt("size");
	cdc.data_change = json.FindBool("dataChange").value_or(false);
	cdc.tags = FindMap(json, "tags");
	return cdc;
}

Metadata ReadMetadata(JsonValue json) {
	Metadata metadata;
	metadata.id = json.GetString("id");
	metadata.name = FindText(json, "name");
	metadata.description = FindText(json, "description");
	auto format = json.Get("format");
	metadata.format.provider = format.GetString("provider");
	metadata.format.options = FindMap(format, "options").value_or(StringMap());
	metadata.schema_string = json.GetString("schemaString");
	metadata.partition_columns = ReadStrings(json.Get("partitionColumns"));
	metadata.created_time = json.FindInt("createdTime");
	metadata.configuration = ReadMap(json.Get("configuration"));
	return metadata;
}

Protocol ReadProtocol(JsonValue json) {
	Protocol protocol;
	protocol.min_reader_version = AsInt32(json.Get("minReaderVersion"), "minReaderVersion");
	protocol.min_writer_version = AsInt32(json.Get("minWriterVersion"), "minWriterVersion");
	protocol.reader_features = FindStrings(json, "readerFeatures");
	protocol.writer_features = FindStrings(json, "writerFeatures");
	return protocol;
}

//! Takes `json` when it has the kind that we know the key by. Any JSON is legal in commitInfo (PROTOCOL.md, "Commit
//! Provenance Information"), so that a surprise is kept as it is instead of being an error.
bool TakeCommitField(CommitInfo &info, std::string_view key, JsonValue json) {
	auto take = [](auto &field, auto value) {
		if (value) {
			field = typename std::decay_t<decltype(field)>::value_type(*value);
		}
		return value.has_value();
	};
	auto take_map = [&](StringMap &field) {
		if (json.Kind() != JsonKind::OBJECT) {
			return false;
		}
		field = ReadMap(json);
		return true;
	};
	if (key == "timestamp") {
		return take(info.timestamp, json.TryInt());
	} else if (key == "inCommitTimestamp") {
		return take(info.in_commit_timestamp, json.TryInt());
	} else if (key == "operation") {
		return take(info.operation, json.TryString());
	} else if (key == "operationParameters") {
		return take_map(info.operation_parameters);
	} else if (key == "operationMetrics") {
		return take_map(info.operation_metrics);
	} else if (key == "engineInfo") {
		return take(info.engine_info, json.TryString());
	} else if (key == "txnId") {
		return take(info.txn_id, json.TryString());
	} else if (key == "isBlindAppend") {
		return take(info.is_blind_append, json.TryBool());
	} else if (key == "isolationLevel") {
		return take(info.isolation_level, json.TryString());
	} else if (key == "readVersion") {
		return take(info.read_version, json.TryInt());
	} else if (key == "userMetadata") {
		return take(info.user_metadata, json.TryString());
	}
	return false;
}

CommitInfo ReadCommitInfo(JsonValue json) {
	CommitInfo info;
	for (auto member : json.Members()) {
		if (!member.value.IsNull() && !TakeCommitField(info, member.key, member.value)) {
			info.other.emplace(std::string(member.key), member.value.Minify());
		}
	}
	return info;
}

SetTransaction ReadSetTransaction(JsonValue json) {
	SetTransaction transaction;
	transaction.app_id = json.GetString("appId");
	transaction.version = json.GetInt("version");
	transaction.last_updated = json.FindInt("lastUpdated");
	return transaction;
}

DomainMetadata ReadDomainMetadata(JsonValue json) {
	DomainMetadata domain;
	domain.domain = json.GetString("domain");
	domain.removed = GetBool(json, "removed");
	// A tombstone says nothing by its configuration, and some writers leave it out.
	domain.configuration =
	    domain.removed ? FindText(json, "configuration").value_or("") : std::string(json.GetString("configuration"));
	return domain;
}

CheckpointMetadata ReadCheckpointMetadata(JsonValue json) {
	CheckpointMetadata checkpoint;
	checkpoint.version = json.GetInt("version");
	checkpoint.tags = FindMap(json, "tags");
	return checkpoint;
}

Sidecar ReadSidecar(JsonValue json) {
	Sidecar sidecar;
	sidecar.path = json.GetString("path");
	sidecar.size_in_bytes = json.GetInt("sizeInBytes");
	sidecar.modification_time = json.GetInt("modificationTime");
	sidecar.tags = FindMap(json, "tags");
	return sidecar;
}

//! nullopt for an action that we do not know.
std::optional<Action> ReadAction(std::string_view name, JsonValue json) {
	if (name == "add") {
		return ReadAddFile(json);
	} else if (name == "remove") {
		return ReadRemoveFile(json);
	} else if (name == "commitInfo") {
		return ReadCommitInfo(json);
	} else if (name == "cdc") {
		return ReadAddCdcFile(json);
	} else if (name == "metaData") {
		return ReadMetadata(json);
	} else if (name == "protocol") {
		return ReadProtocol(json);
	} else if (name == "txn") {
		return ReadSetTransaction(json);
	} else if (name == "domainMetadata") {
		return ReadDomainMetadata(json);
	} else if (name == "checkpointMetadata") {
		return ReadCheckpointMetadata(json);
	} else if (name == "sidecar") {
		return ReadSidecar(json);
	}
	return std::nullopt;
}

bool IsBlank(std::string_view line) {
	return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

} // namespace

void ParseActions(std::string_view text, const std::string &source, const std::function<void(Action &&)> &consume) {
	JsonParser parser;
	std::string where;
	size_t line_number = 0;
	while (!text.empty()) {
		line_number++;
		auto end = text.find('\n');
		auto line = text.substr(0, end);
		text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
		if (IsBlank(line)) {
			continue;
		}
		where.assign(source).append(" line ").append(std::to_string(line_number));
		// Null actions are the columns of a checkpoint's row that do not apply.
		for (auto member : parser.Parse(line, where).Members()) {
			if (member.value.IsNull()) {
				continue;
			}
			if (auto action = ReadAction(member.key, member.value)) {
				consume(*std::move(action));
			}
		}
	}
}

} // namespace merganser
