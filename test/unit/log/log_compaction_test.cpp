#include "log_fixture.hpp"

#include "log/checkpoint_writer.hpp"
#include "log/commit_file.hpp"
#include "log/log_compaction.hpp"

namespace merganser {

namespace {

class LogCompactionTest : public LogTest {
protected:
	static std::vector<Action> CreatedWith(const std::string &interval) {
		auto metadata = Meta({"p"});
		metadata.configuration["merganser.logCompactionInterval"] = interval;
		metadata.configuration["delta.checkpointInterval"] = "100";
		return {CommitInfo(), Features(), metadata};
	}
	//! Versions up to `last`, each with one file.
	void Create(const std::string &interval, int64_t last) {
		Commit(0, CreatedWith(interval));
		for (int64_t version = 1; version <= last; version++) {
			Commit(version, {CommitInfo(), Add("f" + std::to_string(version))});
		}
	}
	//! `first-last`, or empty.
	std::string Due(std::optional<int64_t> version = std::nullopt) {
		const auto range = DueCompaction(*Load(version));
		return range ? std::to_string(range->first) + "-" + std::to_string(range->last) : std::string();
	}
	void Compact() {
		const auto snapshot = Load();
		const auto range = DueCompaction(*snapshot);
		ASSERT_TRUE(range);
		WriteCompactedCommits(*snapshot, context, *range);
	}
};

} // namespace

TEST_F(LogCompactionTest, DueBeforeEveryNthVersion) {
	Create("4", 9);
	EXPECT_EQ(Due(3), "");
	EXPECT_EQ(Due(4), "0-3");
	EXPECT_EQ(Due(5), "");
	EXPECT_EQ(Due(8), "4-7");
	EXPECT_EQ(Due(9), "");
}

TEST_F(LogCompactionTest, DueBehindTheCheckpointOnly) {
	Create("4", 8);
	WriteCheckpoint(*Load(5), context, clock.NowMs());
	EXPECT_EQ(Due(8), "6-7");
	WriteCheckpoint(*Load(6), context, clock.NowMs());
	EXPECT_EQ(Due(8), "");
}

TEST_F(LogCompactionTest, NeverWithoutTheProperty) {
	for (const auto *interval : {"0", "1", "-4", "many"}) {
		SCOPED_TRACE(interval);
		Create(interval, 4);
		EXPECT_EQ(Due(), "");
	}
	CommitMany(0, 12);
	EXPECT_EQ(Due(10), "");
}

TEST_F(LogCompactionTest, HoldsWhatTheCommitsCameTo) {
	Commit(0, CreatedWith("4"));
	Commit(1, {CommitInfo(), Add("a"), Add("b"), SetTransaction {"app", 1, {}}, DomainMetadata {"d", "{}", false}});
	Commit(2, {CommitInfo(), Remove("a"), Add("c"), AddCdcFile {"_change_data/x", {}, 1, false, {}},
	           SetTransaction {"app", 2, {}}});
	Commit(3, {CommitInfo(), Remove("old"), Remove("c"), DomainMetadata {"d", "{}", true}});
	Commit(4, {CommitInfo(), Add("later")});
	const auto before = Live(*Load());
	Compact();
	auto actions = ReadLogFile(location, *ParseLogFileName(CompactedPath(location, 0, 3)));
	EXPECT_TRUE(Of<CommitInfo>(actions).empty());
	EXPECT_TRUE(Of<AddCdcFile>(actions).empty());
	EXPECT_EQ(Of<Protocol>(actions).size(), 1u);
	EXPECT_EQ(Of<Metadata>(actions).size(), 1u);
	ASSERT_EQ(Of<AddFile>(actions).size(), 1u);
	EXPECT_EQ(Of<AddFile>(actions)[0].path, "b");
	EXPECT_EQ(Of<RemoveFile>(actions).size(), 3u);
	ASSERT_EQ(Of<SetTransaction>(actions).size(), 1u);
	EXPECT_EQ(Of<SetTransaction>(actions)[0].version, 2);
	ASSERT_EQ(Of<DomainMetadata>(actions).size(), 1u);
	EXPECT_TRUE(Of<DomainMetadata>(actions)[0].removed);
	// It is what is read now: the commits of the range could be gone.
	for (int64_t version = 0; version < 4; version++) {
		memory->Delete(location.CommitPath(version));
	}
	const auto read = Load();
	EXPECT_EQ(Live(*read), before);
	EXPECT_EQ(read->transactions.at("app").version, 2);
	EXPECT_TRUE(read->domains.empty());
}

TEST_F(LogCompactionTest, NothingIsWrittenWhereCommitsAreMissingOrReplaced) {
	Create("4", 8);
	const auto old = Load();
	Commit(8, {CommitInfo(), Add("another"), Add("and more")});
	WriteCompactedCommits(*old, context, {4, 7});
	EXPECT_FALSE(memory->Head(CompactedPath(location, 4, 7)));
	const auto snapshot = Load();
	WriteCompactedCommits(*snapshot, context, {6, 9});
	EXPECT_FALSE(memory->Head(CompactedPath(location, 6, 9)));
	WriteCompactedCommits(*snapshot, context, {4, 7});
	const auto text = memory->TryGet(CompactedPath(location, 4, 7));
	ASSERT_TRUE(text);
	// Another writer was first.
	WriteCompactedCommits(*snapshot, context, {4, 7});
	EXPECT_EQ(memory->TryGet(CompactedPath(location, 4, 7)), text);
	EXPECT_EQ(Live(*Load()), Live(*snapshot));
}

} // namespace merganser
