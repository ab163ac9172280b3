#include "txn_fixture.hpp"
#include "txn/overwrite.hpp"
#include "txn/restore.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

class RestoreTest : public testing::Test {
protected:
	//! Commits on top of the newest version.
	SnapshotPtr Change(TableChange change) {
		CommitRequest request;
		request.location = world.location;
		request.engine_info = "Merganser/test";
		request.base = world.Latest();
		change.operation = "TEST";
		request.change = std::move(change);
		const auto result = world.Commit(request);
		EXPECT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
		return world.Latest();
	}
	SnapshotPtr ChangeProperties(const StringMap &properties) {
		TableChange change;
		change.metadata = TxnWorld::MakeMetadata(properties);
		change.protocol = SmallestProtocol(ParseSchema(change.metadata->schema_string), properties);
		return Change(std::move(change));
	}
	TableChange Plan(const SnapshotPtr &current, const SnapshotPtr &target) {
		return PlanRestore(*current, *target, world.clock.NowMs(), counts);
	}

	TxnWorld world;
	RestoreCounts counts;
};

TEST_F(RestoreTest, FilesThatDifferAreAddedAndRemoved) {
	world.Commit(world.Create());
	const auto before = world.Latest();
	TableChange change;
	change.added_files = {TxnWorld::File("second"), TxnWorld::File("third")};
	change.removed_files = {RemovalOf(TxnWorld::File("first"), world.clock.NowMs())};
	const auto after = Change(change);

	const auto plan = Plan(after, before);
	ASSERT_EQ(plan.added_files.size(), 1u);
	EXPECT_EQ(plan.added_files[0].path, "first");
	EXPECT_TRUE(plan.added_files[0].data_change);
	ASSERT_EQ(plan.removed_files.size(), 2u);
	EXPECT_EQ(counts.restored_files, 1u);
	EXPECT_EQ(counts.removed_bytes, 20u);
	EXPECT_EQ(counts.files_after, 1u);
	EXPECT_EQ(plan.operation, "RESTORE");
	EXPECT_FALSE(plan.metadata);
	EXPECT_FALSE(plan.protocol);
	EXPECT_TRUE(Plan(after, after).IsEmpty());
}

TEST_F(RestoreTest, PropertiesGoBackButThoseOfCommitTimesStay) {
	world.Commit(world.Create({{"mine", "old"}}));
	const auto before = world.Latest();
	const auto after = ChangeProperties({{"mine", "new"}, {"delta.enableInCommitTimestamps", "true"}});
	const auto plan = Plan(after, before);
	ASSERT_TRUE(plan.metadata);
	EXPECT_EQ(plan.metadata->configuration.at("mine"), "old");
	EXPECT_EQ(plan.metadata->configuration.at("delta.enableInCommitTimestamps"), "true");
	// The feature stays: versions in between need it.
	EXPECT_FALSE(plan.protocol);
}

TEST_F(RestoreTest, DomainsGoBackButNotRowTracking) {
	world.Commit(world.Create({{"delta.feature.domainMetadata", "supported"}}));
	TableChange first;
	first.domains = {{"delta.clustering", "old", false}, {"gone", "x", false}};
	const auto before = Change(first);
	TableChange second;
	second.domains = {{"delta.clustering", "new", false}, {"gone", "x", true}, {"later", "y", false}};
	const auto after = Change(second);
	const auto plan = Plan(after, before);
	std::map<std::string, std::pair<std::string, bool>> domains;
	for (const auto &domain : plan.domains) {
		domains[domain.domain] = {domain.configuration, domain.removed};
	}
	EXPECT_EQ(domains.size(), 3u);
	EXPECT_EQ(domains["delta.clustering"], std::make_pair(std::string("old"), false));
	EXPECT_EQ(domains["gone"], std::make_pair(std::string("x"), false));
	EXPECT_EQ(domains["later"], std::make_pair(std::string("y"), true));
}

TEST_F(RestoreTest, MissingFilesAreNamed) {
	TableChange change;
	for (int i = 0; i < 20; i++) {
		const auto name = "file" + std::to_string(i) + ".parquet";
		change.added_files.push_back(TxnWorld::File(name));
		world.memory->Put("lake/t/" + name, "x");
	}
	EXPECT_NO_THROW(CheckAddedFilesExist(world.plain, change));
	world.memory->Delete("lake/t/file7.parquet");
	try {
		CheckAddedFilesExist(world.plain, change);
		FAIL() << "a file is missing";
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, ErrorKind::NOT_FOUND);
		EXPECT_NE(std::string(error.what()).find("lake/t/file7.parquet"), std::string::npos) << error.what();
	}
}

} // namespace

} // namespace merganser
