#include "protocol/identity_columns.hpp"
#include "txn/restore.hpp"
#include "txn_fixture.hpp"

#include <gtest/gtest.h>

//! Commits that number rows: what they say of themselves, and what they mean to others.

namespace merganser {

namespace {

class IdentityCommit : public testing::Test {
protected:
	SnapshotPtr Create() {
		auto request = world.Create();
		auto schema = ParseSchema(request.change.metadata->schema_string);
		SetIdentity(schema.fields[0], {});
		request.change.metadata->schema_string = WriteSchema(schema);
		request.change.protocol = SmallestProtocol(schema, {});
		return world.Commit(request).snapshot;
	}
	static Metadata Numbered(const SnapshotPtr &base, int64_t mark) {
		return WithHighWaterMarks(base->configuration->GetMetadata(), {{0, mark}});
	}
	CommitRequest Insert(const SnapshotPtr &base, const std::string &path, int64_t mark) {
		auto request = world.Append(base, path);
		request.change.metadata = Numbered(base, mark);
		return request;
	}
	std::optional<int64_t> Mark() {
		return IdentityColumnsOf(*world.Latest()->configuration).at(0).high_water_mark;
	}

	TxnWorld world;
};

TEST_F(IdentityCommit, IsTaggedForSpark) {
	const auto base = Create();
	ASSERT_EQ(world.Commit(Insert(base, "a", 5)).outcome, CommitOutcome::COMMITTED);
	EXPECT_EQ(world.InfoOf(1).other.at("tags"), R"({"delta.identity.schemaUpdate":"true"})");
	EXPECT_EQ(world.InfoOf(1).is_blind_append, true);
	EXPECT_FALSE(world.InfoOf(0).other.contains("tags"));
	auto altered = Insert(world.Latest(), "b", 9);
	altered.change.metadata->configuration["x"] = "y";
	ASSERT_EQ(world.Commit(altered).outcome, CommitOutcome::COMMITTED);
	EXPECT_FALSE(world.InfoOf(2).other.contains("tags")) << "changes more than the mark";
}

TEST_F(IdentityCommit, LosesToAnotherThatNumbers) {
	const auto base = Create();
	ASSERT_EQ(world.Commit(Insert(base, "theirs", 5)).outcome, CommitOutcome::COMMITTED);
	const auto result = world.Commit(Insert(base, "ours", 3));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::METADATA_CHANGED);
	EXPECT_NE(result.message.find("both numbered rows"), std::string::npos) << result.message;
	EXPECT_EQ(Mark(), 5);
}

TEST_F(IdentityCommit, PassesOthersThatNumberNothing) {
	const auto base = Create();
	ASSERT_EQ(world.Commit(world.Append(base, "theirs")).outcome, CommitOutcome::COMMITTED);
	ASSERT_EQ(world.Commit(Insert(base, "ours", 3)).outcome, CommitOutcome::COMMITTED);
	EXPECT_EQ(Mark(), 3);
	EXPECT_EQ(world.Latest()->files.LiveCount(), 3u);
}

TEST_F(IdentityCommit, IsPassedByOthersThatNumberNothing) {
	const auto base = Create();
	ASSERT_EQ(world.Commit(Insert(base, "theirs", 5)).outcome, CommitOutcome::COMMITTED);
	ASSERT_EQ(world.Commit(world.Append(base, "ours")).outcome, CommitOutcome::COMMITTED);
	EXPECT_EQ(Mark(), 5) << "the winner's mark stays";
	EXPECT_EQ(world.Latest()->files.LiveCount(), 3u);
}

TEST_F(IdentityCommit, RestoreKeepsTheMark) {
	const auto before = Create();
	ASSERT_EQ(world.Commit(Insert(before, "a", 5)).outcome, CommitOutcome::COMMITTED);
	RestoreCounts counts;
	auto request = world.Append(world.Latest(), "unused");
	request.change = PlanRestore(*request.base, *before, world.clock.NowMs(), counts);
	EXPECT_FALSE(request.change.metadata) << "nothing but the mark differs";
	ASSERT_EQ(world.Commit(request).outcome, CommitOutcome::COMMITTED);
	EXPECT_EQ(world.Latest()->files.LiveCount(), 1u);
	EXPECT_EQ(Mark(), 5);
}

} // namespace

} // namespace merganser
