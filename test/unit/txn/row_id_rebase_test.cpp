#include "txn/row_id_rebase.hpp"

#include "txn_fixture.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

DomainMetadata Mark(int64_t highest) {
	return {"delta.rowTracking", R"({"rowIdHighWaterMark":)" + std::to_string(highest) + "}", false};
}

AddFile WithRowIds(const std::string &path, int64_t first_id, int64_t commit_version) {
	auto file = TxnWorld::File(path);
	file.base_row_id = first_id;
	file.default_row_commit_version = commit_version;
	return file;
}

Snapshot Marked(int64_t highest) {
	Snapshot snapshot;
	auto mark = Mark(highest);
	snapshot.domains.emplace(mark.domain, mark);
	return snapshot;
}

const AddFile &FileOf(const std::vector<Action> &actions, size_t index) {
	return std::get<AddFile>(actions[index]);
}

} // namespace

TEST(RowIdRebase, NewIdsMoveAboveThoseOfTheWinners) {
	auto base = Marked(9);
	auto previous = Marked(29);
	// Ten rows that are new and a file that keeps its ids (it got a deletion vector).
	std::vector<Action> actions = {Mark(19), WithRowIds("new", 10, 1), WithRowIds("old", 3, 0)};
	RebaseRowIds(&base, &previous, 4, actions);
	EXPECT_EQ(std::get<DomainMetadata>(actions[0]).configuration, R"({"rowIdHighWaterMark":39})");
	EXPECT_EQ(FileOf(actions, 1).base_row_id, 30);
	EXPECT_EQ(FileOf(actions, 1).default_row_commit_version, 4);
	EXPECT_EQ(FileOf(actions, 2).base_row_id, 3);
	EXPECT_EQ(FileOf(actions, 2).default_row_commit_version, 0);
}

TEST(RowIdRebase, WithoutWinnersNothingMoves) {
	auto base = Marked(9);
	std::vector<Action> actions = {Mark(19), WithRowIds("new", 10, 1)};
	RebaseRowIds(&base, &base, 1, actions);
	EXPECT_EQ(std::get<DomainMetadata>(actions[0]).configuration, R"({"rowIdHighWaterMark":19})");
	EXPECT_EQ(FileOf(actions, 1).base_row_id, 10);
	EXPECT_EQ(FileOf(actions, 1).default_row_commit_version, 1);
}

TEST(RowIdRebase, FirstIdsOfATable) {
	Snapshot base;
	auto previous = Marked(4);
	std::vector<Action> actions = {Mark(9), WithRowIds("new", 0, 1)};
	RebaseRowIds(&base, &previous, 2, actions);
	EXPECT_EQ(FileOf(actions, 1).base_row_id, 5);
	EXPECT_EQ(std::get<DomainMetadata>(actions[0]).configuration, R"({"rowIdHighWaterMark":14})");
	std::vector<Action> created = {Mark(9), WithRowIds("new", 0, 0)};
	RebaseRowIds(nullptr, nullptr, 0, created);
	EXPECT_EQ(FileOf(created, 1).base_row_id, 0);
}

TEST(RowIdRebase, CommitWithoutTheDomainIsLeftAlone) {
	auto base = Marked(9);
	auto previous = Marked(29);
	DomainMetadata removed = Mark(0);
	removed.removed = true;
	std::vector<Action> actions = {removed, WithRowIds("x", 10, 1)};
	RebaseRowIds(&base, &previous, 4, actions);
	EXPECT_EQ(FileOf(actions, 1).base_row_id, 10);
}

TEST(RowIdRebase, UnreadableMarkIsCorrupt) {
	auto base = Marked(9);
	auto previous = Marked(9);
	previous.domains.begin()->second.configuration = "{}";
	std::vector<Action> actions = {Mark(19), WithRowIds("new", 10, 1)};
	EXPECT_THROW(RebaseRowIds(&base, &previous, 4, actions), Error);
}

//! Two writers of one table, through the commit loop: no id is given out twice.
TEST(RowIdRebase, ConcurrentCommitsGiveOutDifferentIds) {
	TxnWorld world;
	auto create = world.Create();
	create.change.domains = {Mark(0)};
	auto base = world.Commit(create).snapshot;
	world.PutForeign(1, {Mark(10), WithRowIds("theirs", 1, 1)});
	auto request = world.Append(base, "mine");
	request.change.domains = {Mark(5)};
	request.change.added_files = {WithRowIds("mine", 1, 1)};
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(world.Latest()->domains.at("delta.rowTracking").configuration, R"({"rowIdHighWaterMark":15})");
	for (auto &action : ReadCommit(world.plain, 2)) {
		if (auto add = std::get_if<AddFile>(&action)) {
			EXPECT_EQ(add->base_row_id, 11);
			EXPECT_EQ(add->default_row_commit_version, 2);
		}
	}
}

} // namespace merganser
