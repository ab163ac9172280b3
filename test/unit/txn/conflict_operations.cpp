#include "conflict_operations.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

RemoveFile Removal(const std::string &path, bool data_change = true) {
	RemoveFile file;
	file.path = path;
	file.data_change = data_change;
	return file;
}

//! Builds one operation step by step.
struct Builder {
	Operation operation;
	const ConflictTable &table;
	const Place &place;
	const std::string &prefix;

	Builder &Reads() {
		operation.read_set.predicates = {table.FilterOf(place)};
		operation.read_set.files = {place.first, place.second};
		return *this;
	}
	Builder &Adds(const std::string &name, bool data_change = true) {
		operation.change.added_files.push_back(table.File(prefix + "-" + name, place, data_change));
		return *this;
	}
	Builder &Removes(const std::vector<std::string> &paths, bool data_change = true) {
		for (auto &path : paths) {
			operation.change.removed_files.push_back(Removal(path, data_change));
		}
		return *this;
	}
	Builder &AddsVector(const std::string &path) {
		auto file = table.File(path, place);
		file.deletion_vector.emplace();
		file.deletion_vector->storage_type = 'i';
		file.deletion_vector->path_or_inline_dv = prefix;
		file.deletion_vector->cardinality = 1;
		operation.change.added_files.push_back(std::move(file));
		return *this;
	}
	Builder &ReplacesAll() {
		operation.read_set.whole_table = true;
		return Removes(table.AllFiles());
	}
	Builder &Alters(const std::string &property, const std::string &value) {
		operation.change.metadata = table.MakeMetadata();
		operation.change.metadata->configuration[property] = value;
		return *this;
	}
	Builder &Upgrades(const std::string &feature, bool is_reader_feature) {
		Protocol protocol;
		protocol.min_reader_version = 3;
		protocol.min_writer_version = 7;
		protocol.reader_features.emplace();
		if (is_reader_feature) {
			protocol.reader_features = {feature};
		}
		protocol.writer_features = {"appendOnly", "invariants", feature};
		operation.change.protocol = std::move(protocol);
		return *this;
	}
};

} // namespace

TableConfiguration ConflictTable::Configuration(const StringMap &properties) const {
	return TableConfiguration("lake.test", Protocol(), MakeMetadata(properties));
}

Metadata ConflictTable::MakeMetadata(const StringMap &properties) const {
	Schema schema;
	schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
	schema.fields.push_back(StructField {"region", DataType::Primitive(TypeKind::STRING), true, {}});
	Metadata metadata;
	metadata.id = "table-id";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration = properties;
	if (is_partitioned) {
		metadata.partition_columns = {"region"};
	}
	return metadata;
}

AddFile ConflictTable::File(const std::string &path, const Place &place, bool data_change) const {
	AddFile file;
	file.path = path;
	file.size = 10;
	file.data_change = data_change;
	if (is_partitioned) {
		file.partition_values["region"] = place.region;
	}
	if (has_statistics) {
		file.stats = R"({"numRecords":2,"minValues":{"id":)" + std::to_string(place.low) + R"(},"maxValues":{"id":)" +
		             std::to_string(place.high) + R"(},"nullCount":{"id":0}})";
	}
	return file;
}

PredicatePtr ConflictTable::FilterOf(const Place &place) const {
	if (is_partitioned) {
		return Predicate::Compare({"region"}, CompareOp::EQUAL, place.region);
	}
	return Predicate::And({Predicate::Compare({"id"}, CompareOp::GREATER_EQUAL, place.low),
	                       Predicate::Compare({"id"}, CompareOp::LESS_EQUAL, place.high)});
}

std::vector<std::string> ConflictTable::AllFiles() const {
	std::vector<std::string> files = {ours.first, ours.second};
	if (theirs.first != ours.first) {
		files.insert(files.end(), {theirs.first, theirs.second});
	}
	return files;
}

const char *NameOf(OperationKind kind) {
	switch (kind) {
	case OperationKind::APPEND:
		return "Append";
	case OperationKind::SELF_INSERT:
		return "SelfInsert";
	case OperationKind::UPDATE:
		return "Update";
	case OperationKind::VECTOR_DELETE:
		return "VectorDelete";
	case OperationKind::FILE_DELETE:
		return "FileDelete";
	case OperationKind::MERGE:
		return "Merge";
	case OperationKind::OPTIMIZE:
		return "Optimize";
	case OperationKind::OVERWRITE:
		return "Overwrite";
	case OperationKind::REPLACE_WHERE:
		return "ReplaceWhere";
	case OperationKind::REPLACE_TABLE:
		return "ReplaceTable";
	case OperationKind::ALTER:
		return "Alter";
	case OperationKind::ENABLE_VECTORS:
		return "EnableVectors";
	case OperationKind::UPGRADE:
		return "Upgrade";
	case OperationKind::STRICT_UPGRADE:
		return "StrictUpgrade";
	case OperationKind::STREAM:
		return "Stream";
	case OperationKind::DROP:
		return "Drop";
	}
	return "";
}

Operation MakeOperation(OperationKind kind, const ConflictTable &table, const Place &place, const std::string &prefix) {
	Builder builder {{}, table, place, prefix};
	switch (kind) {
	case OperationKind::APPEND:
		return builder.Adds("append").operation;
	case OperationKind::SELF_INSERT:
		return builder.Reads().Adds("copy").operation;
	case OperationKind::UPDATE:
		return builder.Reads().Removes({place.first}).Adds("update").operation;
	case OperationKind::VECTOR_DELETE:
		return builder.Reads().Removes({place.first}).AddsVector(place.first).operation;
	case OperationKind::FILE_DELETE:
		return builder.Reads().Removes({place.second}).operation;
	case OperationKind::MERGE:
		return builder.Reads().Removes({place.first}).Adds("merged").Adds("inserted").operation;
	case OperationKind::OPTIMIZE:
		builder.operation.read_set.files = {place.first, place.second};
		return builder.Removes({place.first, place.second}, false).Adds("compact", false).operation;
	case OperationKind::OVERWRITE:
		return builder.ReplacesAll().Adds("overwrite").operation;
	case OperationKind::REPLACE_WHERE:
		return builder.Reads().Removes({place.first, place.second}).Adds("replaced").operation;
	case OperationKind::REPLACE_TABLE:
		return builder.ReplacesAll().Adds("replaced").Alters("note", prefix).operation;
	case OperationKind::ALTER:
		return builder.Alters("delta.appendOnly", "true").operation;
	case OperationKind::ENABLE_VECTORS:
		return builder.Alters("delta.enableDeletionVectors", "true").operation;
	case OperationKind::UPGRADE:
		return builder.Upgrades("deletionVectors", true).operation;
	case OperationKind::STRICT_UPGRADE:
		return builder.Upgrades("checkConstraints", false).operation;
	case OperationKind::STREAM:
		builder.operation.change.transactions = {SetTransaction {"stream", 5, std::nullopt}};
		builder.operation.read_set.app_ids = {"stream"};
		return builder.Adds("stream").operation;
	case OperationKind::DROP:
		return builder.ReplacesAll().Alters("merganser.dropped", "true").operation;
	}
	return builder.operation;
}

Winner AsWinner(const Operation &operation, const char *name) {
	auto &change = operation.change;
	auto &read = operation.read_set;
	CommitInfo info;
	info.operation = name;
	info.engine_info = "Apache-Spark/4.0";
	info.is_blind_append =
	    !read.whole_table && read.predicates.empty() && read.files.empty() && change.removed_files.empty();
	Winner winner {7, ActionsOf(change)};
	winner.actions.insert(winner.actions.begin(), info);
	return winner;
}

char JudgeConflict(const std::optional<Conflict> &conflict) {
	if (!conflict) {
		return '.';
	}
	EXPECT_EQ(conflict->winner_version, 7);
	EXPECT_EQ(conflict->winner_engine, "Apache-Spark/4.0");
	EXPECT_FALSE(conflict->winner_operation.empty());
	EXPECT_FALSE(conflict->reason.empty());
	switch (conflict->kind) {
	case ConflictKind::PROTOCOL_CHANGED:
		return 'P';
	case ConflictKind::METADATA_CHANGED:
		return 'M';
	case ConflictKind::DOMAIN_METADATA:
		return 'N';
	case ConflictKind::CONCURRENT_TRANSACTION:
		return 'T';
	case ConflictKind::CONCURRENT_APPEND:
		return 'A';
	case ConflictKind::CONCURRENT_DELETE_READ:
		return 'R';
	case ConflictKind::CONCURRENT_DELETE_DELETE:
		return 'D';
	case ConflictKind::TABLE_EXISTS:
		return 'E';
	case ConflictKind::TABLE_DROPPED:
		return 'X';
	}
	return '?';
}

} // namespace merganser
