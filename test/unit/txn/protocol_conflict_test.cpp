#include "txn/protocol_conflict.hpp"

#include "conflict_operations.hpp"
#include "support/legacy_protocol.hpp"
#include "txn_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

//! A winner that changes the protocol: one test for each table feature.

namespace merganser {

namespace {

using enum OperationKind;

const ConflictTable TABLE = {true, true, EU, EU};

//! Version 3/7 with the features of a table of version 1/2, and these.
Protocol Listed(const std::vector<std::string> &features, const std::vector<std::string> &reader_features = {}) {
	auto protocol = Legacy(3, 7);
	protocol.reader_features = reader_features;
	protocol.writer_features = {"appendOnly", "invariants"};
	protocol.writer_features->insert(protocol.writer_features->end(), features.begin(), features.end());
	return protocol;
}

struct FeatureCase {
	const char *name;
	bool is_reader_feature;
	bool is_tolerated;
};

const FeatureCase FEATURES[] = {
    // Running writers that know nothing of them write commits that are still valid.
    {"changeDataFeed", false, true},
    {"columnMapping", true, true},
    {"timestampNtz", true, true},
    {"deletionVectors", true, true},
    {"rowTracking", false, true},
    {"domainMetadata", false, true},
    {"icebergCompatV1", false, true},
    {"icebergCompatV2", false, true},
    {"icebergCompatV3", false, true},
    {"v2Checkpoint", true, true},
    {"typeWidening", true, true},
    {"typeWidening-preview", true, true},
    {"inCommitTimestamp", false, true},
    {"vacuumProtocolCheck", true, true},
    // A running writer would break what they promise.
    {"checkConstraints", false, false},
    {"generatedColumns", false, false},
    {"identityColumns", false, false},
    {"allowColumnDefaults", false, false},
    {"clustering", false, false},
    {"variantType", true, false},
    {"variantShredding", true, false},
    {"checkpointProtection", false, false},
    {"icebergWriterCompatV1", false, false},
    {"materializePartitionColumns", false, false},
    // A commit to the file system is none of such a table.
    {"catalogManaged", true, false},
    {"coordinatedCommits-preview", false, false},
    {"redirectReaderWriter-preview", true, false},
    {"featureOfTheFuture", false, false},
};

Protocol WithFeature(const FeatureCase &feature) {
	return Listed({feature.name},
	              feature.is_reader_feature ? std::vector<std::string> {feature.name} : std::vector<std::string>());
}

class ProtocolFeature : public testing::TestWithParam<FeatureCase> {};

TEST_P(ProtocolFeature, AddedByTheWinner) {
	auto &feature = GetParam();
	auto reason = ProtocolConflict(Legacy(1, 2), WithFeature(feature));
	EXPECT_EQ(!reason, feature.is_tolerated) << reason.value_or("no conflict");
	if (reason) {
		EXPECT_NE(reason->find(feature.name), std::string::npos) << *reason;
	}
}

TEST_P(ProtocolFeature, MeetsEveryKindOfTransaction) {
	auto &feature = GetParam();
	Operation upgrade;
	upgrade.change.protocol = WithFeature(feature);
	auto theirs = AsWinner(upgrade, "UPGRADE PROTOCOL");
	for (auto kind : {APPEND, SELF_INSERT, UPDATE, VECTOR_DELETE, OPTIMIZE, OVERWRITE, ALTER, STREAM}) {
		auto ours = MakeOperation(kind, TABLE, EU, "my");
		auto conflict = CheckConflict(TABLE.Configuration(), ours.change, ours.read_set, theirs);
		EXPECT_EQ(JudgeConflict(conflict), feature.is_tolerated ? '.' : 'P') << NameOf(kind);
	}
}

//! A feature that the table has already is no change.
TEST_P(ProtocolFeature, ThereBefore) {
	auto protocol = WithFeature(GetParam());
	EXPECT_FALSE(ProtocolConflict(protocol, protocol));
}

//! What running writers rely on must not go.
TEST_P(ProtocolFeature, RemovedByTheWinner) {
	auto &feature = GetParam();
	auto reason = ProtocolConflict(WithFeature(feature), Listed({}));
	ASSERT_TRUE(reason);
	EXPECT_NE(reason->find("removed"), std::string::npos) << *reason;
}

std::string NameOfFeature(const testing::TestParamInfo<FeatureCase> &info) {
	std::string name = info.param.name;
	std::erase(name, '-');
	return name;
}

INSTANTIATE_TEST_SUITE_P(Each, ProtocolFeature, testing::ValuesIn(FEATURES), NameOfFeature);

//! Whether the commit may be made at all: what we cannot write is a conflict too, although others tolerate it.
CommitResult AppendAfter(const Protocol &protocol) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.PutForeign(1, {protocol}, "UPGRADE PROTOCOL");
	return world.Commit(world.Append(base, "mine"));
}

} // namespace

TEST(ProtocolConflict, LegacyVersionsImplyTheirFeatures) {
	EXPECT_NE(ProtocolConflict(Legacy(1, 1), Legacy(1, 2)).value_or("").find("invariants"), std::string::npos);
	EXPECT_TRUE(ProtocolConflict(Legacy(1, 2), Legacy(1, 3))) << "checkConstraints";
	EXPECT_TRUE(ProtocolConflict(Legacy(1, 3), Legacy(1, 4))) << "generatedColumns";
	EXPECT_FALSE(ProtocolConflict(Legacy(1, 4), Legacy(2, 5))) << "columnMapping";
	EXPECT_TRUE(ProtocolConflict(Legacy(2, 5), Legacy(2, 6))) << "identityColumns";
}

TEST(ProtocolConflict, AppendOnlyIsTolerated) {
	auto without = Listed({});
	std::erase(*without.writer_features, "appendOnly");
	EXPECT_FALSE(ProtocolConflict(without, Listed({})));
	EXPECT_TRUE(ProtocolConflict(Listed({}), without));
}

TEST(ProtocolConflict, SameFeaturesInLists) {
	EXPECT_FALSE(ProtocolConflict(Legacy(1, 2), Listed({})));
	auto lists = Listed({"checkConstraints", "changeDataFeed", "generatedColumns", "columnMapping"}, {"columnMapping"});
	EXPECT_FALSE(ProtocolConflict(Legacy(2, 5), lists));
	lists.writer_features->pop_back();
	lists.reader_features->clear();
	EXPECT_TRUE(ProtocolConflict(Legacy(2, 5), lists)) << "columnMapping is gone";
}

TEST(ProtocolConflict, VersionsMayNotGoDown) {
	EXPECT_TRUE(ProtocolConflict(Listed({}), Legacy(1, 2)));
	EXPECT_FALSE(ProtocolConflict(Listed({}), Listed({})));
}

TEST(ProtocolConflict, OurCommitIsMadeUnderTheNewProtocol) {
	auto result = AppendAfter(Listed({"deletionVectors", "domainMetadata"}, {"deletionVectors"}));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_TRUE(result.snapshot->configuration->HasFeature("deletionVectors"));
}

TEST(ProtocolConflict, ToleratedByOthersButNotWrittenByUs) {
	auto result = AppendAfter(Listed({"rowTracking"}));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::PROTOCOL_CHANGED);
	EXPECT_NE(result.message.find("without 'domainMetadata'"), std::string::npos) << result.message;
}

TEST(ProtocolConflict, UnknownReaderFeatureIsAConflictToo) {
	auto result = AppendAfter(Listed({"featureOfTheFuture"}, {"featureOfTheFuture"}));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::PROTOCOL_CHANGED);
}

//! An ALTER after a protocol that gained a feature: its metadata stands under the new protocol.
TEST(ProtocolConflict, AlterUnderAnUpgradedProtocol) {
	TxnWorld world;
	auto created = world.Create();
	created.change.metadata->configuration["delta.enableInCommitTimestamps"] = "true";
	auto base = world.Commit(created).snapshot;
	ASSERT_FALSE(base->configuration->InCommitTimestampsEnabled()) << "the property alone does not do it";
	auto upgraded = Listed({"inCommitTimestamp"});
	CommitInfo info;
	info.operation = "UPGRADE PROTOCOL";
	info.in_commit_timestamp = world.clock.NowMs() + 5000;
	world.memory->PutIfAbsent(world.plain.CommitPath(1), EncodeCommit({info, upgraded}));
	auto alter = world.Append(base, "x");
	alter.change.added_files.clear();
	alter.change.operation = "SET TBLPROPERTIES";
	alter.change.metadata = base->configuration->GetMetadata();
	alter.change.metadata->configuration["note"] = "x";
	auto result = world.Commit(alter);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_GT(world.InfoOf(2).in_commit_timestamp.value_or(0), *info.in_commit_timestamp);
}

} // namespace merganser
