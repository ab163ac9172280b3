#include "protocol/property_change.hpp"

#include "base/error.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/row_tracking.hpp"

#include "support/expect_error.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

constexpr const char *SCHEMA =
    R"({"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"note",)"
    R"("type":"string","nullable":true,"metadata":{}}]})";

TableConfiguration PlainTable(StringMap configuration = {}, Protocol protocol = {}) {
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = SCHEMA;
	metadata.configuration = std::move(configuration);
	return TableConfiguration("t", std::move(protocol), std::move(metadata));
}

std::string FixedUuid() {
	return "uuid";
}

TableConfiguration Set(const TableConfiguration &table, const StringMap &properties) {
	auto altered = SetProperties(AlteredFrom {table, {}, FixedUuid}, properties);
	return TableConfiguration("t", altered.protocol.value_or(table.GetProtocol()), altered.metadata);
}

TableConfiguration Reset(const TableConfiguration &table, const std::vector<std::string> &names) {
	auto altered = ResetProperties(AlteredFrom {table, {}, FixedUuid}, names);
	return TableConfiguration("t", altered.protocol.value_or(table.GetProtocol()), altered.metadata);
}

TEST(SetProperties, KeepsTheOthersAndReplacesInAnyCase) {
	auto table = PlainTable({{"Delta.AppendOnly", "true"}, {"own", "1"}});
	auto changed = Set(table, {{"delta.appendOnly", "false"}, {"delta.targetFileSize", "1mb"}});
	EXPECT_EQ(changed.GetMetadata().configuration,
	          (StringMap {{"delta.appendOnly", "false"}, {"delta.targetFileSize", "1mb"}, {"own", "1"}}));
	EXPECT_TRUE(changed.GetProtocol() == table.GetProtocol());
	EXPECT_EQ(changed.GetMetadata().schema_string, SCHEMA);
	EXPECT_FALSE(SetProperties(AlteredFrom {table, {}, FixedUuid}, {{"own", "1"}}).Changes(table));
}

TEST(SetProperties, BringsTheFeature) {
	auto vectors = Set(PlainTable(), {{"delta.enableDeletionVectors", "true"}});
	EXPECT_TRUE(DeletionVectorsEnabled(vectors));
	EXPECT_EQ(vectors.GetProtocol().writer_features,
	          (std::vector<std::string> {"appendOnly", "deletionVectors", "invariants"}));
	auto feed = Set(vectors, {{"delta.enableChangeDataFeed", "true"}});
	EXPECT_EQ(feed.GetProtocol().writer_features,
	          (std::vector<std::string> {"appendOnly", "changeDataFeed", "deletionVectors", "invariants"}));
	EXPECT_EQ(feed.GetProtocol().reader_features, (std::vector<std::string> {"deletionVectors"}));
}

TEST(SetProperties, ProtocolWishesAreNotKept) {
	auto listed = Set(PlainTable(), {{"delta.feature.deletionVectors", "supported"}});
	EXPECT_TRUE(listed.HasFeature("deletionVectors"));
	EXPECT_TRUE(listed.GetMetadata().configuration.empty());
	auto version = Set(PlainTable(), {{"delta.minWriterVersion", "4"}});
	EXPECT_EQ(version.GetProtocol().min_writer_version, 4);
	EXPECT_TRUE(version.GetMetadata().configuration.empty());
	// Never down.
	EXPECT_EQ(Set(version, {{"delta.minWriterVersion", "2"}}).GetProtocol().min_writer_version, 4);
}

TEST(SetProperties, WhatIsThereIsNotJudged) {
	auto table = PlainTable({{"delta.targetFileSize", "huge"}, {"delta.enableDeletionVectors", "true"}});
	auto changed = Set(table, {{"own", "1"}});
	EXPECT_FALSE(changed.HasFeature("deletionVectors"));
	ExpectError(ErrorKind::INVALID_INPUT, "delta.targetFileSize cannot be 'big'", [&] {
		Set(table, {{"delta.targetFileSize", "big"}});
	});
}

TEST(SetProperties, RowTrackingNamesItsColumns) {
	auto table = Set(PlainTable(), {{"delta.enableRowTracking", "true"}});
	EXPECT_TRUE(RowTrackingEnabled(table));
	EXPECT_TRUE(table.HasFeature("domainMetadata"));
	EXPECT_EQ(RowTrackingNamesOf(table).row_id, "_row-id-col-uuid");
	EXPECT_EQ(RowTrackingNamesOf(table).row_commit_version, "_row-commit-version-col-uuid");
	auto supported = Set(PlainTable(), {{"delta.feature.rowTracking", "supported"}});
	EXPECT_TRUE(SupportsRowTracking(supported));
	EXPECT_TRUE(supported.HasFeature("domainMetadata"));
	EXPECT_FALSE(RowTrackingEnabled(supported));
	EXPECT_EQ(RowTrackingNamesOf(supported).row_id, "");
}

TEST(SetProperties, Refuses) {
	auto table = PlainTable();
	ExpectError(ErrorKind::UNSUPPORTED, "icebergCompatV2", [&] {
		Set(table, {{"delta.enableIcebergCompatV2", "true"}});
	});
	ExpectError(ErrorKind::UNSUPPORTED, "CHECK constraint c", [&] { Set(table, {{"delta.constraints.c", "f(id)"}}); });
	ExpectError(ErrorKind::INVALID_INPUT, "delta.columnMapping.maxColumnId is kept by the writers", [&] {
		Set(table, {{"delta.columnMapping.maxColumnId", "1"}});
	});
	ExpectError(ErrorKind::INVALID_INPUT, "\"nope\" is not a column", [&] {
		Set(table, {{"delta.dataSkippingStatsColumns", "nope"}});
	});
}

TEST(SetProperties, MappingGoesOnByNameOnly) {
	auto table = PlainTable();
	auto mapped = Set(table, {{"delta.columnMapping.mode", "name"}});
	EXPECT_EQ(mapped.MappingMode(), ColumnMappingMode::NAME);
	EXPECT_EQ(mapped.GetSchema().fields[1].PhysicalName(), "note");
	EXPECT_EQ(mapped.GetSchema().fields[1].FieldId(), 2);
	EXPECT_FALSE(
	    SetProperties(AlteredFrom {mapped, {}, FixedUuid}, {{"delta.columnMapping.mode", "name"}}).Changes(mapped));
	ExpectError(ErrorKind::INVALID_INPUT, "from 'none' to 'id'", [&] {
		Set(table, {{"delta.columnMapping.mode", "id"}});
	});
	ExpectError(ErrorKind::INVALID_INPUT, "from 'name' to 'none'", [&] {
		Set(mapped, {{"delta.columnMapping.mode", "none"}});
	});
	ExpectError(ErrorKind::INVALID_INPUT, "from 'name' to 'none'",
	            [&] { Reset(mapped, {"delta.columnMapping.mode"}); });
}

TEST(SetProperties, TimestampsThatGoOffForgetWhenTheyWentOn) {
	auto table = Set(PlainTable(), {{"delta.enableInCommitTimestamps", "true"}});
	EXPECT_TRUE(table.InCommitTimestampsEnabled());
	auto metadata = table.GetMetadata();
	metadata.configuration["delta.inCommitTimestampEnablementVersion"] = "3";
	metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] = "4";
	TableConfiguration later("t", table.GetProtocol(), metadata);
	EXPECT_EQ(Set(later, {{"delta.enableInCommitTimestamps", "false"}}).GetMetadata().configuration.size(), 1u);
	EXPECT_TRUE(Reset(later, {"delta.enableInCommitTimestamps"}).GetMetadata().configuration.empty());
}

TEST(ResetProperties, TakesOutAndKeepsTheProtocol) {
	auto table = Set(PlainTable(), {{"delta.enableDeletionVectors", "true"}, {"own", "1"}});
	auto changed = Reset(table, {"delta.enableDeletionVectors", "not.there"});
	EXPECT_EQ(changed.GetMetadata().configuration, (StringMap {{"own", "1"}}));
	EXPECT_TRUE(changed.HasFeature("deletionVectors"));
	ExpectError(ErrorKind::INVALID_INPUT, "not taken back", [&] { Reset(table, {"delta.feature.deletionVectors"}); });
	ExpectError(ErrorKind::INVALID_INPUT, "kept by the writers",
	            [&] { Reset(table, {"delta.columnMapping.maxColumnId"}); });
	EXPECT_FALSE(ResetProperties(AlteredFrom {table, {}, FixedUuid}, {"not.there"}).Changes(table));
}

} // namespace
} // namespace merganser
