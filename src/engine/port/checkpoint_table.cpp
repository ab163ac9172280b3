#include "engine/port/checkpoint_table.hpp"

#include "base/error.hpp"
#include "engine/port/struct_reader.hpp"

#include <algorithm>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;
using Children = duckdb::child_list_t<LogicalType>;

const LogicalType TEXT = LogicalType::VARCHAR;
const LogicalType LONG = LogicalType::BIGINT;

LogicalType TextMap() {
	return LogicalType::MAP(TEXT, TEXT);
}

LogicalType DeletionVectorType() {
	return LogicalType::STRUCT(Children {{"storageType", TEXT},
	                                     {"pathOrInlineDv", TEXT},
	                                     {"offset", LogicalType::INTEGER},
	                                     {"sizeInBytes", LogicalType::INTEGER},
	                                     {"cardinality", LONG}});
}

LogicalType AddType() {
	return LogicalType::STRUCT(Children {{"path", TEXT},
	                                     {"partitionValues", TextMap()},
	                                     {"size", LONG},
	                                     {"modificationTime", LONG},
	                                     {"dataChange", LogicalType::BOOLEAN},
	                                     {"tags", TextMap()},
	                                     {"deletionVector", DeletionVectorType()},
	                                     {"baseRowId", LONG},
	                                     {"defaultRowCommitVersion", LONG},
	                                     {"clusteringProvider", TEXT},
	                                     {"stats", TEXT}});
}

LogicalType RemoveType() {
	return LogicalType::STRUCT(Children {{"path", TEXT},
	                                     {"deletionTimestamp", LONG},
	                                     {"dataChange", LogicalType::BOOLEAN},
	                                     {"extendedFileMetadata", LogicalType::BOOLEAN},
	                                     {"partitionValues", TextMap()},
	                                     {"size", LONG},
	                                     {"deletionVector", DeletionVectorType()},
	                                     {"baseRowId", LONG},
	                                     {"defaultRowCommitVersion", LONG}});
}

LogicalType MetadataType() {
	return LogicalType::STRUCT(
	    Children {{"id", TEXT},
	              {"name", TEXT},
	              {"description", TEXT},
	              {"format", LogicalType::STRUCT(Children {{"provider", TEXT}, {"options", TextMap()}})},
	              {"schemaString", TEXT},
	              {"partitionColumns", LogicalType::LIST(TEXT)},
	              {"configuration", TextMap()},
	              {"createdTime", LONG}});
}

LogicalType ProtocolType() {
	return LogicalType::STRUCT(Children {{"minReaderVersion", LogicalType::INTEGER},
	                                     {"minWriterVersion", LogicalType::INTEGER},
	                                     {"readerFeatures", LogicalType::LIST(TEXT)},
	                                     {"writerFeatures", LogicalType::LIST(TEXT)}});
}

LogicalType SidecarType() {
	return LogicalType::STRUCT(
	    Children {{"path", TEXT}, {"sizeInBytes", LONG}, {"modificationTime", LONG}, {"tags", TextMap()}});
}

enum Column : idx_t { TXN, ADD, REMOVE, METADATA, PROTOCOL, DOMAIN_METADATA, CHECKPOINT_METADATA, SIDECAR };

//! Every file has some of the columns that follow each other.
struct ColumnRange {
	idx_t first;
	idx_t end;
};

ColumnRange ColumnsOf(CheckpointFileKind kind) {
	switch (kind) {
	case CheckpointFileKind::V1:
		return {TXN, CHECKPOINT_METADATA};
	case CheckpointFileKind::V2:
		return {TXN, SIDECAR + 1};
	case CheckpointFileKind::SIDECAR:
		return {ADD, METADATA};
	}
	throw Error(ErrorKind::INTERNAL, "unknown kind of checkpoint file");
}

template <class T>
duckdb::vector<T> SomeOf(const duckdb::vector<T> &all, ColumnRange range) {
	return duckdb::vector<T>(all.begin() + int64_t(range.first), all.begin() + int64_t(range.end));
}

template <class T>
Value ValueOf(const std::optional<T> &value) {
	return value ? Value::CreateValue(*value) : Value();
}

//! CreateValue would take a text for a BLOB, and write its quotes and non-ASCII letters as escapes.
Value ValueOf(const std::optional<std::string> &text) {
	return text ? Value(*text) : Value();
}

Value MapOf(const StringMap &map) {
	duckdb::vector<Value> keys, values;
	for (const auto &[key, value] : map) {
		keys.emplace_back(key);
		values.emplace_back(value);
	}
	return Value::MAP(TEXT, TEXT, std::move(keys), std::move(values));
}

Value MapOf(const PartitionValues &map) {
	duckdb::vector<Value> keys, values;
	for (const auto &[key, value] : map) {
		keys.emplace_back(key);
		values.push_back(value ? Value(*value) : Value(TEXT));
	}
	return Value::MAP(TEXT, TEXT, std::move(keys), std::move(values));
}

Value OptionalMapOf(const std::optional<StringMap> &map) {
	return map ? MapOf(*map) : Value(TextMap());
}

Value ListOf(const std::optional<std::vector<std::string>> &texts) {
	if (!texts) {
		return Value(LogicalType::LIST(TEXT));
	}
	duckdb::vector<Value> values(texts->begin(), texts->end());
	return Value::LIST(TEXT, std::move(values));
}

Value DeletionVectorOf(const std::optional<DeletionVectorDescriptor> &vector) {
	if (!vector) {
		return Value(DeletionVectorType());
	}
	return Value::STRUCT(DeletionVectorType(),
	                     {Value(std::string(1, vector->storage_type)), Value(vector->path_or_inline_dv),
	                      ValueOf(vector->offset), Value::INTEGER(vector->size_in_bytes),
	                      Value::BIGINT(vector->cardinality)});
}

void SetNull(duckdb::Vector &vector, idx_t row) {
	duckdb::FlatVector::SetNull(vector, row, true);
}

//! The row's other action as a boxed value: there are few of them.
struct ActionSetter {
	duckdb::DataChunk &chunk;
	ColumnRange range;
	idx_t row;

	void Set(Column column, duckdb::vector<Value> fields) {
		Verify(column >= range.first && column < range.end, "a checkpoint file has a column for each of its actions");
		auto &vector = chunk.data[column - range.first];
		// Fields may come as untyped NULL.
		const auto &types = duckdb::StructType::GetChildTypes(vector.GetType());
		for (idx_t i = 0; i < fields.size(); i++) {
			if (fields[i].IsNull()) {
				fields[i] = Value(types[i].second);
			}
		}
		vector.SetValue(row, Value::STRUCT(vector.GetType(), std::move(fields)));
	}
	void operator()(const SetTransaction &action) {
		Set(TXN, {Value(action.app_id), Value::BIGINT(action.version), ValueOf(action.last_updated)});
	}
	void operator()(const RemoveFile &action) {
		Set(REMOVE, {Value(action.path), ValueOf(action.deletion_timestamp), Value::BOOLEAN(action.data_change),
		             ValueOf(action.extended_file_metadata),
		             action.partition_values ? MapOf(*action.partition_values) : Value(TextMap()), ValueOf(action.size),
		             DeletionVectorOf(action.deletion_vector), ValueOf(action.base_row_id),
		             ValueOf(action.default_row_commit_version)});
	}
	void operator()(const Metadata &action) {
		auto format =
		    Value::STRUCT({{"provider", Value(action.format.provider)}, {"options", MapOf(action.format.options)}});
		Set(METADATA, {Value(action.id), ValueOf(action.name), ValueOf(action.description), std::move(format),
		               Value(action.schema_string), ListOf(action.partition_columns), MapOf(action.configuration),
		               ValueOf(action.created_time)});
	}
	void operator()(const Protocol &action) {
		Set(PROTOCOL, {Value::INTEGER(action.min_reader_version), Value::INTEGER(action.min_writer_version),
		               ListOf(action.reader_features), ListOf(action.writer_features)});
	}
	void operator()(const DomainMetadata &action) {
		Set(DOMAIN_METADATA, {Value(action.domain), Value(action.configuration), Value::BOOLEAN(action.removed)});
	}
	void operator()(const CheckpointMetadata &action) {
		Set(CHECKPOINT_METADATA, {Value::BIGINT(action.version), OptionalMapOf(action.tags)});
	}
	void operator()(const Sidecar &action) {
		Set(SIDECAR, {Value(action.path), Value::BIGINT(action.size_in_bytes), Value::BIGINT(action.modification_time),
		              OptionalMapOf(action.tags)});
	}
	template <class OTHER>
	void operator()(const OTHER &) {
		throw Error(ErrorKind::INTERNAL, "an action that a checkpoint cannot hold");
	}
};

duckdb::string_t Borrowed(std::string_view text) {
	return duckdb::string_t(text.data(), static_cast<uint32_t>(text.size()));
}

void SetPartitionValues(const CheckpointRows &rows, uint32_t source, duckdb::Vector &maps, idx_t row) {
	const auto first = rows.partition_offsets[source];
	const auto count = rows.partition_offsets[source + 1] - first;
	const auto offset = duckdb::ListVector::GetListSize(maps);
	duckdb::ListVector::Reserve(maps, offset + count);
	duckdb::ListVector::SetListSize(maps, offset + count);
	auto &keys = duckdb::MapVector::GetKeys(maps);
	auto &values = duckdb::MapVector::GetValues(maps);
	for (uint32_t i = 0; i < count; i++) {
		const auto &entry = rows.partition_entries[first + i];
		duckdb::FlatVector::GetData<duckdb::string_t>(keys)[offset + i] = Borrowed(entry.key);
		if (entry.is_null) {
			SetNull(values, offset + i);
		} else {
			duckdb::FlatVector::GetData<duckdb::string_t>(values)[offset + i] = Borrowed(entry.value);
		}
	}
	duckdb::FlatVector::GetData<duckdb::list_entry_t>(maps)[row] = {offset, count};
}

//! For all rows at once: setting one NULL of a struct walks through everything in it.
void SetAllNull(duckdb::Vector &vector, idx_t count) {
	duckdb::FlatVector::Validity(vector).SetAllInvalid(count);
	if (vector.GetType().InternalType() == duckdb::PhysicalType::STRUCT) {
		for (auto &child : duckdb::StructVector::GetEntries(vector)) {
			SetAllNull(*child, count);
		}
	}
}

//! Positions in AddType of what few rows have.
constexpr idx_t FIRST_EXTRA = 5, TAGS = 5, DELETION_VECTOR = 6, BASE_ROW_ID = 7, COMMIT_VERSION = 8, CLUSTERING = 9,
                STATS = 10;

//! Requires: all extras are NULL.
void SetExtras(const CheckpointRows::AddExtras &extras, duckdb::Vector &add, idx_t row) {
	auto &children = duckdb::StructVector::GetEntries(add);
	if (extras.tags) {
		children[TAGS]->SetValue(row, MapOf(*extras.tags));
	}
	if (extras.deletion_vector) {
		children[DELETION_VECTOR]->SetValue(row, DeletionVectorOf(extras.deletion_vector));
	}
	if (extras.base_row_id) {
		children[BASE_ROW_ID]->SetValue(row, ValueOf(extras.base_row_id));
	}
	if (extras.default_row_commit_version) {
		children[COMMIT_VERSION]->SetValue(row, ValueOf(extras.default_row_commit_version));
	}
	if (extras.clustering_provider) {
		children[CLUSTERING]->SetValue(row, ValueOf(extras.clustering_provider));
	}
}

//! `stats`: its position among the fields.
void SetAdd(const CheckpointRows &rows, uint32_t source, duckdb::Vector &add, idx_t row, idx_t stats) {
	auto &children = duckdb::StructVector::GetEntries(add);
	duckdb::FlatVector::GetData<duckdb::string_t>(*children[0])[row] = Borrowed(rows.path[source]);
	SetPartitionValues(rows, source, *children[1], row);
	duckdb::FlatVector::GetData<int64_t>(*children[2])[row] = rows.size[source];
	duckdb::FlatVector::GetData<int64_t>(*children[3])[row] = rows.modification_time[source];
	duckdb::FlatVector::GetData<bool>(*children[4])[row] = false;
	if (source < rows.stats.size() && rows.stats[source].data()) {
		duckdb::FlatVector::GetData<duckdb::string_t>(*children[stats])[row] = Borrowed(rows.stats[source]);
	} else {
		SetNull(*children[stats], row);
	}
}

} // namespace

duckdb::vector<std::string> CheckpointColumnNames(CheckpointFileKind kind) {
	const duckdb::vector<std::string> all {
	    "txn", "add", "remove", "metaData", "protocol", "domainMetadata", "checkpointMetadata", "sidecar"};
	return SomeOf(all, ColumnsOf(kind));
}

duckdb::vector<LogicalType> CheckpointColumnTypes(CheckpointFileKind kind) {
	const duckdb::vector<LogicalType> all {
	    LogicalType::STRUCT(Children {{"appId", TEXT}, {"version", LONG}, {"lastUpdated", LONG}}),
	    AddType(),
	    RemoveType(),
	    MetadataType(),
	    ProtocolType(),
	    LogicalType::STRUCT(Children {{"domain", TEXT}, {"configuration", TEXT}, {"removed", LogicalType::BOOLEAN}}),
	    LogicalType::STRUCT(Children {{"version", LONG}, {"tags", TextMap()}}),
	    SidecarType()};
	return SomeOf(all, ColumnsOf(kind));
}

void FillCheckpointChunk(CheckpointFileKind kind, const CheckpointRows &rows, uint32_t begin, uint32_t end,
                         duckdb::DataChunk &chunk) {
	chunk.Reset();
	const idx_t count = end - begin;
	const auto range = ColumnsOf(kind);
	auto &add = chunk.data[ADD - range.first];
	for (auto &vector : chunk.data) {
		if (&vector != &add) {
			SetAllNull(vector, count);
		}
	}
	auto &add_children = duckdb::StructVector::GetEntries(add);
	for (idx_t child = FIRST_EXTRA; child < STATS; child++) {
		SetAllNull(*add_children[child], count);
	}
	// Extras and others are few, and ordered by row.
	size_t next_extras = 0;
	for (uint32_t source = begin; source < end; source++) {
		if (!rows.is_add[source]) {
			SetNull(add, source - begin);
			continue;
		}
		while (next_extras < rows.extras.size() && rows.extras[next_extras].row < source) {
			next_extras++;
		}
		SetAdd(rows, source, add, source - begin, STATS);
		if (next_extras < rows.extras.size() && rows.extras[next_extras].row == source) {
			SetExtras(rows.extras[next_extras], add, source - begin);
		}
	}
	for (const auto &[source, action] : rows.others) {
		if (source >= begin && source < end) {
			ActionSetter setter {chunk, range, source - begin};
			std::visit(setter, action);
		}
	}
	chunk.SetCardinality(count);
}

const char *const PLAIN_ADD_COLUMN = "add";

LogicalType PlainAddType() {
	const auto type = AddType();
	const auto &all = duckdb::StructType::GetChildTypes(type);
	Children plain(all.begin(), all.begin() + FIRST_EXTRA);
	plain.push_back(all[STATS]);
	return LogicalType::STRUCT(std::move(plain));
}

bool ArePlainAdds(const CheckpointRows &rows) {
	return rows.others.empty() && rows.extras.empty() &&
	       std::all_of(rows.is_add.begin(), rows.is_add.begin() + rows.count, [](uint8_t is_add) { return is_add; });
}

void FillPlainAddChunk(const CheckpointRows &rows, uint32_t begin, uint32_t end, duckdb::DataChunk &chunk) {
	chunk.Reset();
	for (uint32_t source = begin; source < end; source++) {
		SetAdd(rows, source, chunk.data[0], source - begin, FIRST_EXTRA);
	}
	chunk.SetCardinality(end - begin);
}

} // namespace merganser
