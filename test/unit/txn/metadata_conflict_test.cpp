#include "txn/metadata_conflict.hpp"

#include "protocol/schema_names.hpp"
#include "txn_fixture.hpp"

#include <gtest/gtest.h>

//! A winner that changes the metadata: what a running transaction may ignore.

namespace merganser {

namespace {

StructField Field(const std::string &name, DataTypePtr type) {
	return StructField {name, std::move(type), true, {}};
}

Schema MakeSchema() {
	auto nested = DataType::Struct({Field("x", DataType::Primitive(TypeKind::LONG))});
	return Schema {{Field("id", DataType::Primitive(TypeKind::LONG)), Field("tags", DataType::Array(nested, true)),
	                Field("region", DataType::Primitive(TypeKind::STRING))}};
}

Metadata MakeMetadata(const Schema &schema, const StringMap &properties = {}) {
	Metadata metadata;
	metadata.id = "table-id";
	metadata.name = "t";
	metadata.created_time = 5;
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns = {"region"};
	metadata.configuration = properties;
	return metadata;
}

//! The schema that other engines write when column mapping is turned on in a table with files.
Schema Mapped(const Schema &schema, const std::string &prefix = "") {
	StringMap configuration;
	auto mapped = AssignColumnMapping(schema, configuration, [] { return std::string("unused"); });
	for (auto &field : mapped.fields) {
		field.SetMetadataString(PHYSICAL_NAME_KEY, prefix + field.name);
	}
	auto element = *mapped.fields[1].type->element;
	element.fields[0].SetMetadataString(PHYSICAL_NAME_KEY, prefix + "x");
	mapped.fields[1].type = DataType::Array(DataType::Struct(element.fields), true);
	return mapped;
}

const StringMap BY_NAME = {{"delta.columnMapping.mode", "name"}, {"delta.columnMapping.maxColumnId", "4"}};

Protocol MappingProtocol() {
	Protocol protocol;
	protocol.min_reader_version = 2;
	protocol.min_writer_version = 5;
	return protocol;
}

Protocol ListedMapping() {
	Protocol protocol;
	protocol.min_reader_version = 3;
	protocol.min_writer_version = 7;
	protocol.reader_features = {"columnMapping"};
	protocol.writer_features = {"appendOnly", "invariants", "columnMapping"};
	return protocol;
}

//! "" when there is no conflict, else the reason.
std::string Conflicts(const Metadata &before, const Metadata &after, const Protocol &protocol = Protocol()) {
	return MetadataConflict(TableConfiguration("lake.test", protocol, before), after).value_or("");
}

std::string ConflictsOfProperties(const StringMap &before, const StringMap &after) {
	return Conflicts(MakeMetadata(MakeSchema(), before), MakeMetadata(MakeSchema(), after));
}

struct PropertyCase {
	const char *name;
	const char *property;
	const char *before;
	const char *after;
	bool is_harmless;
};

const PropertyCase PROPERTIES[] = {
    {"VectorsOn", "delta.enableDeletionVectors", nullptr, "true", true},
    {"VectorsOnFromFalse", "delta.enableDeletionVectors", "false", "true", true},
    {"VectorsOff", "delta.enableDeletionVectors", "true", "false", false},
    {"VectorsUnset", "delta.enableDeletionVectors", "true", nullptr, false},
    {"CheckpointPolicyV2", "delta.checkpointPolicy", nullptr, "v2", true},
    {"CheckpointPolicyClassic", "delta.checkpointPolicy", "v2", "classic", false},
    {"CommitTimestampsOn", "delta.enableInCommitTimestamps", nullptr, "true", true},
    {"CommitTimestampsOff", "delta.enableInCommitTimestamps", "true", "false", false},
    {"CommitTimestampsSince", "delta.inCommitTimestampEnablementVersion", nullptr, "7", true},
    {"CommitTimestampsUnset", "delta.inCommitTimestampEnablementVersion", "7", nullptr, false},
    {"MappingById", "delta.columnMapping.mode", nullptr, "id", false},
    {"MappingOff", "delta.columnMapping.mode", "name", "none", false},
    {"MappingUnset", "delta.columnMapping.mode", "name", nullptr, false},
    // Rows that are copied from then on have to keep ids that nobody has read.
    {"RowTrackingOn", "delta.enableRowTracking", nullptr, "true", false},
    {"AppendOnly", "delta.appendOnly", nullptr, "true", false},
    {"ChangeDataFeed", "delta.enableChangeDataFeed", nullptr, "true", false},
    {"Isolation", "delta.isolationLevel", nullptr, "WriteSerializable", false},
    {"Constraint", "delta.constraints.positive", nullptr, "id > 0", false},
    {"Codec", "delta.parquet.compression.codec", nullptr, "zstd", false},
    {"Retention", "delta.logRetentionDuration", nullptr, "interval 1 day", false},
    {"OwnProperty", "note", nullptr, "x", false},
    {"OwnPropertyGone", "note", "x", nullptr, false},
    {"NothingChanged", "note", "x", "x", true},
};

class MetadataProperty : public testing::TestWithParam<PropertyCase> {};

TEST_P(MetadataProperty, ChangedByTheWinner) {
	auto &test = GetParam();
	StringMap before {{"kept", "1"}};
	StringMap after = before;
	if (test.before) {
		before[test.property] = test.before;
	}
	if (test.after) {
		after[test.property] = test.after;
	}
	auto reason = ConflictsOfProperties(before, after);
	EXPECT_EQ(reason.empty(), test.is_harmless) << reason;
}

INSTANTIATE_TEST_SUITE_P(Each, MetadataProperty, testing::ValuesIn(PROPERTIES),
                         [](const testing::TestParamInfo<PropertyCase> &info) { return info.param.name; });

} // namespace

TEST(MetadataConflict, HarmlessChangesTogetherAreHarmless) {
	EXPECT_EQ(ConflictsOfProperties({}, {{"delta.enableDeletionVectors", "true"}, {"delta.checkpointPolicy", "v2"}}),
	          "");
	auto reason = ConflictsOfProperties({}, {{"delta.enableDeletionVectors", "true"}, {"note", "x"}});
	EXPECT_NE(reason.find("note"), std::string::npos) << "named: " << reason;
}

TEST(MetadataConflict, PropertyNamesAreComparedWithoutCase) {
	EXPECT_EQ(ConflictsOfProperties({}, {{"DELTA.ENABLEDELETIONVECTORS", "TRUE"}}), "");
	EXPECT_EQ(ConflictsOfProperties({{"delta.appendonly", "false"}}, {{"delta.appendOnly", "false"}}), "");
	EXPECT_NE(ConflictsOfProperties({}, {{"DELTA.APPENDONLY", "true"}}), "");
}

TEST(MetadataConflict, AnythingButPropertiesIsAConflict) {
	auto before = MakeMetadata(MakeSchema());
	auto conflicts = [&](auto change) {
		auto after = before;
		change(after);
		return !Conflicts(before, after).empty();
	};
	EXPECT_FALSE(conflicts([](Metadata &) {}));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.id = "another"; }));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.name = "renamed"; }));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.description = "new"; }));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.created_time = 6; }));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.partition_columns.clear(); }));
	EXPECT_TRUE(conflicts([](Metadata &after) { after.format.options["x"] = "y"; }));
}

TEST(MetadataConflict, SchemaChanges) {
	auto before = MakeMetadata(MakeSchema());
	auto conflicts = [&](auto change) {
		auto schema = MakeSchema();
		change(schema);
		return !Conflicts(before, MakeMetadata(schema)).empty();
	};
	EXPECT_FALSE(conflicts([](Schema &) {}));
	EXPECT_TRUE(conflicts([](Schema &schema) { schema.fields.pop_back(); }));
	EXPECT_TRUE(conflicts([](Schema &schema) { schema.fields[0].name = "key"; }));
	EXPECT_TRUE(conflicts([](Schema &schema) { schema.fields[0].nullable = false; }));
	EXPECT_TRUE(conflicts([](Schema &schema) { schema.fields[0].type = DataType::Primitive(TypeKind::STRING); }));
	EXPECT_TRUE(conflicts([](Schema &schema) { schema.fields[0].metadata["comment"] = "\"x\""; }));
	EXPECT_TRUE(conflicts([](Schema &schema) { std::swap(schema.fields[0], schema.fields[2]); }));
}

//! Whoever writes files without numbering their rows need not know how far others have come.
TEST(MetadataConflict, NumbersOfIdentityColumns) {
	auto identity = MakeSchema();
	identity.fields[0].metadata = {
	    {"delta.identity.start", "1"}, {"delta.identity.step", "1"}, {"delta.identity.allowExplicitInsert", "false"}};
	auto numbered = identity;
	numbered.fields[0].metadata["delta.identity.highWaterMark"] = "7";
	auto further = identity;
	further.fields[0].metadata["delta.identity.highWaterMark"] = "9";
	EXPECT_EQ(Conflicts(MakeMetadata(identity), MakeMetadata(numbered)), "");
	EXPECT_EQ(Conflicts(MakeMetadata(numbered), MakeMetadata(further)), "");
	auto other_step = further;
	other_step.fields[0].metadata["delta.identity.step"] = "2";
	EXPECT_NE(Conflicts(MakeMetadata(numbered), MakeMetadata(other_step)), "");
	EXPECT_NE(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(identity)), "");
	EXPECT_NE(Conflicts(MakeMetadata(numbered), MakeMetadata(further, {{"note", "x"}})), "");
}

//! The same schema in other words: white space, order of keys.
TEST(MetadataConflict, SchemaIsComparedByMeaning) {
	auto before = MakeMetadata(Schema {{Field("region", DataType::Primitive(TypeKind::STRING))}});
	auto after = before;
	after.schema_string = R"({ "fields": [ { "metadata": {}, "nullable": true, "type": "string", )"
	                      R"("name": "region" } ], "type": "struct" })";
	EXPECT_EQ(Conflicts(before, after), "");
}

TEST(MetadataConflict, UnreadableSchemaThrows) {
	auto before = MakeMetadata(MakeSchema());
	auto after = before;
	after.schema_string = "{";
	EXPECT_THROW(Conflicts(before, after), Error);
}

TEST(MetadataConflict, ColumnMappingByNameThatKeepsNames) {
	EXPECT_EQ(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(Mapped(MakeSchema()), BY_NAME)), "");
}

//! Files that a loser wrote are called by the old names: nobody would find their columns.
TEST(MetadataConflict, ColumnMappingWithOtherNames) {
	EXPECT_NE(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(Mapped(MakeSchema(), "col-"), BY_NAME)), "");
	auto only_nested = Mapped(MakeSchema());
	auto element = *only_nested.fields[1].type->element;
	element.fields[0].SetMetadataString(PHYSICAL_NAME_KEY, "col-x");
	only_nested.fields[1].type = DataType::Array(DataType::Struct(element.fields), true);
	EXPECT_NE(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(only_nested, BY_NAME)), "");
}

TEST(MetadataConflict, ColumnMappingWithMoreThanTheMapping) {
	auto renamed = Mapped(MakeSchema());
	renamed.fields[0].name = "key";
	EXPECT_NE(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(renamed, BY_NAME)), "");
	auto wider = MakeSchema();
	wider.fields.push_back(Field("more", DataType::Primitive(TypeKind::LONG)));
	EXPECT_NE(Conflicts(MakeMetadata(MakeSchema()), MakeMetadata(Mapped(wider), BY_NAME)), "");
}

TEST(MetadataConflict, MappedTables) {
	auto mapped = MakeMetadata(Mapped(MakeSchema(), "col-"), BY_NAME);
	mapped.partition_columns = {"region"};
	auto with_vectors = mapped;
	with_vectors.configuration["delta.enableDeletionVectors"] = "true";
	EXPECT_EQ(Conflicts(mapped, with_vectors, MappingProtocol()), "");
	auto renamed = Mapped(MakeSchema(), "col-");
	renamed.fields[0].name = "key";
	EXPECT_NE(Conflicts(mapped, MakeMetadata(renamed, BY_NAME), MappingProtocol()), "");
	auto by_id = mapped;
	by_id.configuration["delta.columnMapping.mode"] = "id";
	EXPECT_NE(Conflicts(mapped, by_id, MappingProtocol()), "");
	EXPECT_NE(Conflicts(by_id, mapped, MappingProtocol()), "") << "from id to name";
}

// --- through the commit loop ----------------------------------------------------------------------------------------

namespace {

//! A winner that sets properties, with the protocol that they need.
CommitResult AppendAfter(TxnWorld &world, const StringMap &properties, std::vector<Action> more = {}) {
	auto base = world.Commit(world.Create()).snapshot;
	auto metadata = TxnWorld::MakeMetadata(properties);
	more.emplace_back(SmallestProtocol(ParseSchema(metadata.schema_string), properties));
	more.emplace_back(metadata);
	world.PutForeign(1, std::move(more), "SET TBLPROPERTIES");
	return world.Commit(world.Append(base, "mine"));
}

} // namespace

TEST(MetadataConflict, CommitFollowsTheWinnersVectors) {
	TxnWorld world;
	auto result = AppendAfter(world, {{"delta.enableDeletionVectors", "true"}});
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_TRUE(DeletionVectorsEnabled(*world.Latest()->configuration));
	EXPECT_EQ(world.Latest()->files.LiveCount(), 2u);
}

//! From the winner on every commit needs a timestamp, and a later one than the winner's.
TEST(MetadataConflict, CommitFollowsTheWinnersTimestamps) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	const StringMap properties {{"delta.enableInCommitTimestamps", "true"},
	                            {"delta.inCommitTimestampEnablementVersion", "1"},
	                            {"delta.inCommitTimestampEnablementTimestamp", "1800000000000"}};
	auto metadata = TxnWorld::MakeMetadata(properties);
	CommitInfo info;
	info.in_commit_timestamp = 1800000000000;
	auto protocol = SmallestProtocol(ParseSchema(metadata.schema_string), properties);
	world.memory->PutIfAbsent(world.plain.CommitPath(1), EncodeCommit({info, protocol, metadata}));
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(world.InfoOf(2).in_commit_timestamp, 1800000000001);
}

TEST(MetadataConflict, CommitFollowsColumnMappingByName) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	StringMap properties {{"delta.columnMapping.mode", "name"}};
	auto schema = ParseSchema(TxnWorld::MakeMetadata().schema_string);
	schema.fields[0].SetMetadataString(PHYSICAL_NAME_KEY, schema.fields[0].name);
	auto mapped = AssignColumnMapping(schema, properties, [] { return std::string("unused"); });
	auto metadata = TxnWorld::MakeMetadata(properties);
	metadata.schema_string = WriteSchema(mapped);
	world.PutForeign(1, {ListedMapping(), metadata}, "SET TBLPROPERTIES");
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.snapshot->configuration->MappingMode(), ColumnMappingMode::NAME);
}

TEST(MetadataConflict, RowTrackingOfTheWinnerIsAConflict) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	Protocol protocol;
	protocol.min_reader_version = 1;
	protocol.min_writer_version = 7;
	protocol.writer_features = {"appendOnly", "invariants", "domainMetadata", "rowTracking"};
	world.PutForeign(1, {protocol, TxnWorld::MakeMetadata({{"delta.enableRowTracking", "true"}})});
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::METADATA_CHANGED);
}

//! The winner's protocol gives a meaning to mappings that were there without: columns would be called otherwise.
TEST(MetadataConflict, ProtocolThatRenamesColumnsIsAConflict) {
	TxnWorld world;
	auto create = world.Create();
	StringMap properties {{"delta.columnMapping.mode", "name"}};
	auto schema = AssignColumnMapping(ParseSchema(create.change.metadata->schema_string), properties,
	                                  [] { return std::string("1"); });
	create.change.metadata->schema_string = WriteSchema(schema);
	create.change.metadata->configuration = properties;
	auto base = world.Commit(create).snapshot;
	ASSERT_TRUE(base);
	ASSERT_EQ(base->configuration->MappingMode(), ColumnMappingMode::NONE) << "the protocol does not have it yet";
	world.PutForeign(1, {ListedMapping()}, "UPGRADE PROTOCOL");
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::METADATA_CHANGED);
}

} // namespace merganser
