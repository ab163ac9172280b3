#include "base/error.hpp"
#include "protocol/known_properties.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_features.hpp"

#include "support/expect_error.hpp"
#include "support/legacy_protocol.hpp"

#include <gtest/gtest.h>
#include <set>

namespace merganser {
namespace {

constexpr const char *SIMPLE =
    R"({"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"Day",)"
    R"("type":"date","nullable":true,"metadata":{}},{"name":"s","type":{"type":"struct","fields":[{"name":"x",)"
    R"("type":"long"},{"name":"y.z","type":"string"}]}}]})";

Protocol Listed(std::vector<std::string> reader, std::vector<std::string> writer) {
	auto protocol = Legacy(3, 7);
	protocol.reader_features = std::move(reader);
	protocol.writer_features = std::move(writer);
	return protocol;
}

Metadata TableMetadata(StringMap configuration = {}, std::string schema = SIMPLE,
                       std::vector<std::string> partition_columns = {}) {
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = std::move(schema);
	metadata.configuration = std::move(configuration);
	metadata.partition_columns = std::move(partition_columns);
	return metadata;
}

std::string OneColumn(const std::string &metadata, const std::string &type = "\"long\"") {
	return R"({"type":"struct","fields":[{"name":"c","type":)" + type + R"(,"metadata":)" + metadata + "}]}";
}

void ExpectOpenFails(ErrorKind kind, const std::string &part, const Protocol &protocol, const Metadata &metadata) {
	ExpectError(kind, part, [&] { TableConfiguration("t", protocol, metadata); });
	ExpectError(kind, "'t'", [&] { TableConfiguration("t", protocol, metadata); });
}

void ExpectNotWritable(const std::string &part, const Protocol &protocol, const Metadata &metadata) {
	TableConfiguration table("t", protocol, metadata);
	ExpectError(ErrorKind::UNSUPPORTED, part, [&] { table.CheckWritable(); });
}

TEST(TableConfiguration, OpensPlainTables) {
	TableConfiguration table("t", Legacy(1, 2), TableMetadata({}, SIMPLE, {"day"}));
	EXPECT_EQ(table.PartitionColumns(), std::vector<size_t> {1});
	EXPECT_TRUE(table.IsPartitionColumn(1));
	EXPECT_FALSE(table.IsPartitionColumn(0));
	ASSERT_EQ(table.DataLeaves().size(), 3u);
	EXPECT_EQ(table.DataLeaves()[1].physical_path, (ColumnPath {"s", "x"}));
	EXPECT_EQ(table.MappingMode(), ColumnMappingMode::NONE);
	EXPECT_TRUE(table.HasFeature("appendOnly"));
	EXPECT_FALSE(table.HasFeature("columnMapping"));
	EXPECT_EQ(table.CheckpointInterval(), 10);
	EXPECT_EQ(table.CompressionCodec(), "snappy");
	EXPECT_EQ(table.Isolation(), IsolationLevel::SERIALIZABLE);
	table.CheckWritable();
}

TEST(TableConfiguration, RefusesVersionsAndFeaturesThatItDoesNotRead) {
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "reader version 4", Legacy(4, 7), TableMetadata());
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "'futureThing'", Listed({"futureThing"}, {"futureThing"}), TableMetadata());
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "'catalogManaged'", Listed({"catalogManaged"}, {"catalogManaged"}),
	                TableMetadata());
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "'coordinatedCommits-preview'", Listed({}, {"coordinatedCommits-preview"}),
	                TableMetadata());
	ExpectOpenFails(ErrorKind::CORRUPT, "demand", Legacy(3, 7), TableMetadata());
	ExpectOpenFails(ErrorKind::CORRUPT, "demand", Legacy(1, 7), TableMetadata());
	ExpectOpenFails(ErrorKind::CORRUPT, "below", Legacy(0, 2), TableMetadata());
	auto misplaced = Legacy(1, 2);
	misplaced.reader_features = std::vector<std::string> {"deletionVectors"};
	ExpectOpenFails(ErrorKind::CORRUPT, "allow", misplaced, TableMetadata());
	auto csv = TableMetadata();
	csv.format.provider = "csv";
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "csv", Legacy(1, 2), csv);
	ExpectOpenFails(ErrorKind::CORRUPT, "'nope'", Legacy(1, 2), TableMetadata({}, SIMPLE, {"nope"}));
	ExpectOpenFails(ErrorKind::CORRUPT, "nested", Legacy(1, 2), TableMetadata({}, SIMPLE, {"s"}));
	ExpectOpenFails(ErrorKind::CORRUPT, "twice", Legacy(1, 2), TableMetadata({}, SIMPLE, {"day", "Day"}));
	ExpectOpenFails(ErrorKind::UNSUPPORTED, "geometry", Legacy(1, 2),
	                TableMetadata({}, OneColumn("{}", "\"geometry\"")));
}

TEST(TableConfiguration, EveryRegisteredFeatureIsDecided) {
	std::set<std::string_view> names;
	for (auto &feature : TableFeatures()) {
		EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
		std::string name(feature.name);
		std::vector<std::string> writer_features = {name};
		if (name == "rowTracking") {
			writer_features.push_back("domainMetadata");
		}
		auto protocol = Listed(feature.is_reader_feature ? std::vector<std::string> {name} : std::vector<std::string>(),
		                       writer_features);
		if (feature.support == FeatureSupport::NONE) {
			ExpectOpenFails(ErrorKind::UNSUPPORTED, "'" + name + "'", protocol, TableMetadata());
			continue;
		}
		TableConfiguration table("t", protocol, TableMetadata());
		EXPECT_TRUE(table.HasFeature(name));
		if (feature.support == FeatureSupport::READ_ONLY) {
			ExpectError(ErrorKind::UNSUPPORTED, "'" + name + "'", [&] { table.CheckWritable(); });
		} else {
			EXPECT_NO_THROW(table.CheckWritable()) << name;
		}
	}
}

TEST(TableConfiguration, FeaturesInUseStopWriting) {
	ExpectNotWritable("'futureWriterThing'", Listed({}, {"futureWriterThing"}), TableMetadata());
	ExpectNotWritable(
	    "writer version 8",
	    [] {
		    auto protocol = Listed({}, {});
		    protocol.min_writer_version = 8;
		    return protocol;
	    }(),
	    TableMetadata());
	for (auto &protocol : {Legacy(1, 6), Listed({}, {"invariants", "generatedColumns", "identityColumns",
	                                                 "allowColumnDefaults", "checkConstraints"})}) {
		ExpectNotWritable("invariant of column c", protocol,
		                  TableMetadata({}, OneColumn(R"({"delta.invariants":"{}"})")));
		ExpectNotWritable("generated column c", protocol,
		                  TableMetadata({}, OneColumn(R"({"delta.generationExpression":"nope"})")));
		ExpectNotWritable("identity", protocol, TableMetadata({}, OneColumn(R"({"delta.identity.start":1})")));
		ExpectNotWritable("CHECK constraint Pos", protocol, TableMetadata({{"delta.constraints.Pos", "f(c) > 0"}}));
	}
	ExpectNotWritable("default value", Listed({}, {"allowColumnDefaults"}),
	                  TableMetadata({}, OneColumn(R"({"CURRENT_DEFAULT":"nope"})")));
	ExpectNotWritable("enableIcebergCompatV2", Listed({}, {"icebergCompatV2"}),
	                  TableMetadata({{"delta.enableIcebergCompatV2", "true"}}));
	ExpectNotWritable("no column", Legacy(1, 2), TableMetadata({}, OneColumn("{}", "\"void\"")));
	ExpectNotWritable("void", Legacy(1, 2),
	                  TableMetadata({}, OneColumn("{}", R"({"type":"array","elementType":"void"})")));
	TableConfiguration fed("t", Legacy(1, 4), TableMetadata({{"delta.enableChangeDataFeed", "true"}}));
	fed.CheckWritable();
	EXPECT_TRUE(fed.ChangeDataFeedEnabled());
	TableConfiguration unlisted("t", Listed({}, {}), TableMetadata({{"delta.enableChangeDataFeed", "true"}}));
	EXPECT_FALSE(unlisted.ChangeDataFeedEnabled());
}

TEST(TableConfiguration, ColumnMappingCountsOnlyWhereTheProtocolHasIt) {
	auto mapped = OneColumn(R"({"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"})");
	StringMap by_name = {{"delta.columnMapping.mode", "name"}};
	TableConfiguration off("t", Legacy(1, 2), TableMetadata(by_name, mapped));
	EXPECT_EQ(off.MappingMode(), ColumnMappingMode::NONE);
	EXPECT_EQ(off.GetSchema().fields[0].PhysicalName(), "c");
	EXPECT_EQ(off.DataLeaves()[0].physical_path, ColumnPath {"c"});
	for (auto &protocol : {Legacy(2, 5), Listed({"columnMapping"}, {"columnMapping"})}) {
		TableConfiguration on("t", protocol, TableMetadata(by_name, mapped));
		EXPECT_EQ(on.MappingMode(), ColumnMappingMode::NAME);
		EXPECT_EQ(on.DataLeaves()[0].physical_path, ColumnPath {"col-1"});
		on.CheckWritable();
	}
	ExpectOpenFails(ErrorKind::CORRUPT, "physical name", Legacy(2, 5), TableMetadata(by_name));
	ExpectOpenFails(
	    ErrorKind::CORRUPT, "id", Legacy(2, 5),
	    TableMetadata({{"delta.columnMapping.mode", "id"}}, OneColumn(R"({"delta.columnMapping.physicalName":"p"})")));
	ExpectOpenFails(ErrorKind::CORRUPT, "'odd'", Legacy(2, 5),
	                TableMetadata({{"delta.columnMapping.mode", "odd"}}, mapped));
}

TEST(TableConfiguration, TypeChangesAreChecked) {
	auto protocol = Listed({"typeWidening"}, {"typeWidening"});
	auto change = [](const std::string &from, const std::string &to) {
		return TableMetadata(
		    {}, OneColumn(R"({"delta.typeChanges":[{"fromType":")" + from + R"(","toType":")" + to + R"("}]})"));
	};
	for (auto &[from, to] : std::vector<std::pair<std::string, std::string>> {{"byte", "long"},
	                                                                          {"float", "double"},
	                                                                          {"integer", "double"},
	                                                                          {"date", "timestamp_ntz"},
	                                                                          {"decimal(6,2)", "decimal(10,4)"},
	                                                                          {"byte", "decimal(4,1)"},
	                                                                          {"long", "decimal(20,0)"}}) {
		EXPECT_NO_THROW(TableConfiguration("t", protocol, change(from, to))) << from << to;
	}
	for (auto &[from, to] : std::vector<std::pair<std::string, std::string>> {{"long", "integer"},
	                                                                          {"long", "double"},
	                                                                          {"string", "long"},
	                                                                          {"decimal(6,2)", "decimal(7,4)"},
	                                                                          {"long", "decimal(18,0)"}}) {
		ExpectOpenFails(ErrorKind::UNSUPPORTED, "was changed", protocol, change(from, to));
	}
}

TEST(TableConfiguration, PropertiesIgnoreCaseAndBadValues) {
	TableConfiguration table("t", Legacy(1, 2),
	                         TableMetadata({{"delta.CHECKPOINTINTERVAL", "7"},
	                                        {"delta.deletedFileRetentionDuration", "interval 1 week 2 HOURS"},
	                                        {"delta.logRetentionDuration", "interval 1 month"},
	                                        {"delta.targetFileSize", "128mb"},
	                                        {"delta.appendOnly", "TRUE"},
	                                        {"delta.isolationLevel", "writeserializable"},
	                                        {"delta.parquet.compression.codec", "ZSTD"},
	                                        {"delta.enableDeletionVectors", "maybe"}}));
	EXPECT_EQ(table.CheckpointInterval(), 7);
	EXPECT_EQ(table.PropertyIntervalMs("delta.deletedFileRetentionDuration", 0), (7 * 24 + 2) * 3600000ll);
	EXPECT_EQ(table.PropertyIntervalMs("delta.logRetentionDuration", 5), 5);
	EXPECT_EQ(table.TargetFileSizeBytes(), 128ull << 20);
	EXPECT_EQ(TableConfiguration("t", Legacy(1, 2), TableMetadata({})).TargetFileSizeBytes(), 256ull << 20);
	EXPECT_TRUE(table.IsAppendOnly());
	EXPECT_EQ(table.Isolation(), IsolationLevel::WRITE_SERIALIZABLE);
	EXPECT_EQ(table.CompressionCodec(), "zstd");
	EXPECT_FALSE(table.PropertyBool("delta.enabledeletionvectors", false));
	EXPECT_EQ(
	    TableConfiguration("t", Legacy(1, 2), TableMetadata({{"delta.targetFileSize", "1000"}})).TargetFileSizeBytes(),
	    1000u);
	EXPECT_EQ(CanonicalPropertyName("DELTA.ENABLECHANGEDATAFEED"), "delta.enableChangeDataFeed");
	EXPECT_EQ(CanonicalPropertyName("delta.feature.DELETIONVECTORS"), "delta.feature.deletionVectors");
	EXPECT_EQ(CanonicalPropertyName("Delta.Constraints.pos"), "delta.constraints.pos");
	EXPECT_EQ(CanonicalPropertyName("My.Own"), "My.Own");
	EXPECT_EQ(CanonicalPropertyName("delta.noSuchThing"), std::nullopt);
}

TEST(KnownProperties, ValuesAreCheckedForNewTables) {
	auto check = [](const std::string &name, const std::string &value) {
		CheckPropertyValues(TableMetadata({{name, value}}, SIMPLE, {"Day"}), ParseSchema(SIMPLE));
	};
	for (auto &[name, value] :
	     std::vector<std::pair<std::string, std::string>> {{"delta.parquet.compression.codec", "rar"},
	                                                       {"delta.targetFileSize", "huge"},
	                                                       {"delta.targetFileSize", "0"},
	                                                       {"delta.checkpointInterval", "0"},
	                                                       {"delta.checkpointInterval", "x"},
	                                                       {"delta.checkpointInterval", "-5"},
	                                                       {"DELTA.checkpointinterval", "1.5"},
	                                                       {"delta.dataSkippingNumIndexedCols", "many"},
	                                                       {"delta.dataSkippingNumIndexedCols", "-2"},
	                                                       {"delta.dataSkippingStatsColumns", "id, nope"},
	                                                       {"delta.dataSkippingStatsColumns", "s.nope"},
	                                                       {"delta.dataSkippingStatsColumns", "day"},
	                                                       {"delta.logRetentionDuration", "soon"},
	                                                       {"delta.logRetentionDuration", "interval 1 month"},
	                                                       {"delta.deletedFileRetentionDuration", "3 fortnights"},
	                                                       {"delta.isolationLevel", "none"},
	                                                       {"delta.appendOnly", "maybe"},
	                                                       {"delta.columnMapping.mode", "x"},
	                                                       {"delta.checkpointPolicy", "v3"}}) {
		ExpectError(ErrorKind::INVALID_INPUT, "cannot be '" + value + "'; use ", [&] { check(name, value); });
		ExpectError(ErrorKind::INVALID_INPUT, *CanonicalPropertyName(name), [&] { check(name, value); });
	}
	for (auto &[name, value] :
	     std::vector<std::pair<std::string, std::string>> {{"delta.parquet.compression.codec", "ZSTD"},
	                                                       {"delta.targetFileSize", "128mb"},
	                                                       {"delta.checkpointInterval", "1"},
	                                                       {"delta.dataSkippingNumIndexedCols", "-1"},
	                                                       {"delta.dataSkippingStatsColumns", "ID, s, s.`y.z`"},
	                                                       {"delta.dataSkippingStatsColumns", ""},
	                                                       {"delta.logRetentionDuration", "interval 1 week"},
	                                                       {"delta.isolationLevel", "writeserializable"},
	                                                       {"delta.appendOnly", "TRUE"},
	                                                       {"delta.autoOptimize.autoCompact", "auto"},
	                                                       {"my.own", "anything"}}) {
		EXPECT_NO_THROW(check(name, value)) << name << " " << value;
	}
}

TEST(TableConfiguration, StatisticsLeaves) {
	EXPECT_EQ(TableConfiguration("t", Legacy(1, 2), TableMetadata()).StatisticsLeaves(),
	          (std::vector<size_t> {0, 1, 2, 3}));
	auto with = [](const char *name, const char *value) {
		return TableConfiguration("t", Legacy(1, 2), TableMetadata({{name, value}})).StatisticsLeaves();
	};
	EXPECT_EQ(with("delta.dataSkippingNumIndexedCols", "2"), (std::vector<size_t> {0, 1}));
	EXPECT_EQ(with("delta.dataSkippingNumIndexedCols", "0"), std::vector<size_t>());
	EXPECT_EQ(with("delta.dataSkippingNumIndexedCols", "-1").size(), 4u);
	EXPECT_EQ(with("delta.dataSkippingStatsColumns", "ID, s.`y.z`"), (std::vector<size_t> {0, 3}));
	EXPECT_EQ(with("delta.dataSkippingStatsColumns", "s"), (std::vector<size_t> {2, 3}));
}

TEST(SmallestProtocol, AsksForNoMoreThanNeeded) {
	auto plain = ParseSchema(SIMPLE);
	auto smallest = [&](StringMap configuration) {
		return SmallestProtocol(plain, configuration);
	};
	auto expect = [](const Protocol &protocol, int reader, int writer, std::vector<std::string> readers,
	                 std::vector<std::string> writers) {
		EXPECT_EQ(protocol.min_reader_version, reader);
		EXPECT_EQ(protocol.min_writer_version, writer);
		EXPECT_EQ(protocol.reader_features.value_or(std::vector<std::string>()), readers);
		EXPECT_EQ(protocol.writer_features.value_or(std::vector<std::string>()), writers);
	};
	expect(smallest({}), 1, 2, {}, {});
	expect(smallest({{"delta.appendOnly", "true"}, {"delta.enableDeletionVectors", "false"}}), 1, 2, {}, {});
	expect(smallest({{"delta.columnMapping.mode", "name"}}), 2, 5, {}, {});
	expect(smallest({{"delta.enableChangeDataFeed", "true"}}), 1, 4, {}, {});
	expect(smallest({{"delta.enableDeletionVectors", "true"}}), 3, 7, {"deletionVectors"},
	       {"appendOnly", "deletionVectors", "invariants"});
	expect(smallest({{"delta.enableInCommitTimestamps", "true"}}), 1, 7, {},
	       {"appendOnly", "inCommitTimestamp", "invariants"});
	expect(smallest({{"delta.columnMapping.mode", "id"}, {"delta.checkpointPolicy", "v2"}}), 3, 7,
	       {"columnMapping", "v2Checkpoint"}, {"appendOnly", "columnMapping", "invariants", "v2Checkpoint"});
	expect(smallest({{"delta.feature.clustering", "supported"}}), 1, 7, {},
	       {"appendOnly", "clustering", "domainMetadata", "invariants"});
	expect(smallest({{"delta.minReaderVersion", "3"}, {"delta.minWriterVersion", "7"}}), 3, 7, {},
	       {"appendOnly", "invariants"});
	expect(SmallestProtocol(ParseSchema(OneColumn("{}", R"({"type":"array","elementType":"timestamp_ntz"})")), {}), 3,
	       7, {"timestampNtz"}, {"appendOnly", "invariants", "timestampNtz"});
}

TEST(SmallestProtocol, WhatItMakesCanBeOpenedAndWritten) {
	for (StringMap configuration : {StringMap(), StringMap {{"delta.enableDeletionVectors", "true"}},
	                                StringMap {{"delta.columnMapping.mode", "name"}},
	                                StringMap {{"delta.feature.vacuumProtocolCheck", "supported"}}}) {
		auto schema = ParseSchema(SIMPLE);
		auto protocol = SmallestProtocol(schema, configuration);
		if (configuration.count("delta.columnMapping.mode")) {
			schema = AssignColumnMapping(schema, configuration, [] { return std::string("u"); });
		}
		TableConfiguration table("t", protocol, TableMetadata(configuration, WriteSchema(schema)));
		table.CheckWritable();
	}
}

TEST(SmallestProtocol, RefusesWishes) {
	auto plain = ParseSchema(SIMPLE);
	auto unsupported = [&](StringMap configuration, const std::string &part) {
		ExpectError(ErrorKind::UNSUPPORTED, part, [&] { SmallestProtocol(plain, configuration); });
	};
	unsupported({{"delta.enableIcebergCompatV1", "true"}}, "icebergCompatV1");
	unsupported({{"delta.feature.catalogManaged", "supported"}}, "catalogManaged");
	unsupported({{"delta.feature.nope", "supported"}}, "nope");
	unsupported({{"delta.enableIcebergCompatV2", "true"}}, "icebergCompatV2");
	auto invalid = [&](StringMap configuration, const std::string &part) {
		ExpectError(ErrorKind::INVALID_INPUT, part, [&] { SmallestProtocol(plain, configuration); });
	};
	invalid({{"delta.columnMapping.mode", "x"}}, "'x'");
	invalid({{"delta.enableDeletionVectors", "yes"}}, "'yes'");
	invalid({{"delta.checkpointPolicy", "v3"}}, "'v3'");
	invalid({{"delta.minReaderVersion", "9"}}, "'9'");
	invalid({{"delta.feature.deletionVectors", "no"}}, "'no'");
	const auto variant = SmallestProtocol(ParseSchema(OneColumn("{}", "\"variant\"")), {});
	EXPECT_EQ(variant.reader_features, std::vector<std::string> {"variantType"});
	EXPECT_EQ(SmallestProtocol(ParseSchema(OneColumn(R"({"delta.identity.step":1})")), {}).min_writer_version, 6);
}

TEST(ColumnMapping, GivesEveryFieldAnIdAndAName) {
	static int calls;
	calls = 0;
	auto schema =
	    ParseSchema(R"({"type":"struct","fields":[{"name":"a","type":"long","metadata":{"delta.columnMapping.id":7,)"
	                R"("delta.columnMapping.physicalName":"old"}},)"
	                R"({"name":"s","type":{"type":"array","elementType":{"type":"struct","fields":[{"name":"x",)"
	                R"("type":"long"}]}}}]})");
	StringMap configuration = {{"DELTA.columnMapping.MAXCOLUMNID", "9"}};
	auto mapped = AssignColumnMapping(schema, configuration, [] { return std::to_string(calls++); });
	EXPECT_EQ(configuration, (StringMap {{"delta.columnMapping.maxColumnId", "11"}}));
	EXPECT_EQ(mapped.fields[0].FieldId(), 7);
	EXPECT_EQ(mapped.fields[0].PhysicalName(), "old");
	EXPECT_EQ(mapped.fields[1].FieldId(), 10);
	EXPECT_EQ(mapped.fields[1].PhysicalName(), "col-0");
	auto &inner = mapped.fields[1].type->element->fields[0];
	EXPECT_EQ(inner.FieldId(), 11);
	EXPECT_EQ(inner.PhysicalName(), "col-1");
	EXPECT_EQ(AssignColumnMapping(mapped, configuration, [] { return std::string(); }), mapped);
}

} // namespace
} // namespace merganser
