#include "log_fixture.hpp"

#include "log/commit_history.hpp"
#include "log/commit_range.hpp"

namespace merganser {

namespace {

using HistoryTest = LogTest;

CommitInfo Info(const std::string &operation, std::optional<int64_t> in_commit = {},
                std::optional<int64_t> timestamp = {}) {
	CommitInfo info;
	info.operation = operation;
	info.in_commit_timestamp = in_commit;
	info.timestamp = timestamp;
	return info;
}

Metadata WithInCommit(Metadata metadata, int64_t version, int64_t timestamp) {
	metadata.configuration["delta.enableInCommitTimestamps"] = "true";
	if (version >= 0) {
		metadata.configuration["delta.inCommitTimestampEnablementVersion"] = std::to_string(version);
		metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] = std::to_string(timestamp);
	}
	return metadata;
}

} // namespace

TEST_F(HistoryTest, AppendIsPutIfAbsentWithCommitInfoFirst) {
	const auto text = EncodeCommit({Add("a"), Info("WRITE"), Features()});
	EXPECT_TRUE(text.starts_with(R"({"commitInfo":)")) << text;
	EXPECT_EQ(int(AppendCommit(location, 0, text)), int(PutOutcome::WRITTEN));
	EXPECT_EQ(int(AppendCommit(location, 0, "x")), int(PutOutcome::EXISTS));
	EXPECT_EQ(ReadCommit(location, 0).size(), 3u);
	EXPECT_ERROR(ReadCommit(location, 1), ErrorKind::NOT_FOUND, V(1));
}

TEST_F(HistoryTest, NewestFirstAndNoMoreReadsThanEntries) {
	Commit(0, {Info("CREATE TABLE", {}, 77), Features(), Meta()});
	auto second = Commit(1, {Add("a")});
	Commit(2, {Info("WRITE", 99, 88), Add("b")});
	auto history = ReadHistory(location);
	ASSERT_EQ(history.size(), 3u);
	EXPECT_EQ(history[0].version, 2);
	EXPECT_EQ(history[0].timestamp_ms, 99);
	EXPECT_EQ(history[0].info->operation, "WRITE");
	EXPECT_FALSE(history[1].info);
	EXPECT_EQ(history[1].timestamp_ms, second.modified_ms);
	EXPECT_EQ(history[2].timestamp_ms, second.modified_ms - 1000) << "the file's time, not the writer's clock";
	counting->Reset();
	EXPECT_EQ(ReadHistory(location, 1).size(), 1u);
	EXPECT_EQ(counting->Counts().ToString(), "list=1 get_range=1");
	EXPECT_EQ(ReadHistory(location, 0).size(), 0u);
}

TEST_F(HistoryTest, LongCommitsAreReadOnlyAtTheirBegin) {
	std::vector<Action> actions = {Info("WRITE"), Features(), Meta()};
	for (int i = 0; i < 2000; i++) {
		actions.push_back(Add("some/long/path/of/a/file/" + std::to_string(i)));
	}
	Commit(0, actions);
	// Without commitInfo in the first line the whole file has to be read.
	std::vector<Action> late = {Add("x")};
	late.insert(late.end(), actions.begin() + 3, actions.end());
	clock.AdvanceMs(1);
	PutLog(V(1) + ".json", EncodeCommit(late) + WriteAction(Info("LATE")));
	counting->Reset();
	auto history = ReadHistory(location);
	EXPECT_EQ(history[0].info->operation, "LATE");
	EXPECT_EQ(history[1].info->operation, "WRITE");
	EXPECT_EQ(counting->Counts().ToString(), "list=1 get=1 get_range=2");
}

TEST_F(HistoryTest, NoTable) {
	EXPECT_ERROR(ReadHistory(location), ErrorKind::NOT_FOUND, "lake.t");
	EXPECT_ERROR(VersionAtTimestamp(location, context, 5), ErrorKind::NOT_FOUND, "lake.t");
}

TEST_F(HistoryTest, VersionAtFileTimes) {
	CommitMany(0, 3);
	const int64_t first = memory->Head(location.CommitPath(0))->modified_ms;
	EXPECT_EQ(VersionAtTimestamp(location, context, first), 0);
	EXPECT_EQ(VersionAtTimestamp(location, context, first + 999), 0);
	EXPECT_EQ(VersionAtTimestamp(location, context, first + 1000), 1);
	EXPECT_EQ(VersionAtTimestamp(location, context, first + 3000), 3);
	EXPECT_ERROR(VersionAtTimestamp(location, context, first - 1), ErrorKind::NOT_FOUND,
	             "first available one is version 0 at " + UtcText(first));
	EXPECT_EQ(VersionAtTimestamp(location, context, first + 1000000), 3);
	counting->Reset();
	VersionAtTimestamp(location, context, first + 1000);
	EXPECT_EQ(counting->Counts().ToString(), "list=1 get_range=1");
}

TEST_F(HistoryTest, FileTimesAreMadeMonotonic) {
	CommitMany(0, 1);
	const int64_t second = memory->Head(location.CommitPath(1))->modified_ms;
	clock.AdvanceMs(-5000);
	CommitMany(2, 3);
	EXPECT_EQ(VersionAtTimestamp(location, context, second), 1);
	EXPECT_EQ(VersionAtTimestamp(location, context, second + 1), 2);
	EXPECT_EQ(VersionAtTimestamp(location, context, second + 2), 3);
}

TEST_F(HistoryTest, VersionsThatCannotBeReadAreNoAnswer) {
	CommitMany(0, 6);
	PutCheckpoint(V(4) + ".checkpoint.parquet", Created());
	DropLog(V(0) + ".json");
	const int64_t fourth = memory->Head(location.CommitPath(4))->modified_ms;
	EXPECT_EQ(VersionAtTimestamp(location, context, fourth), 4);
	EXPECT_ERROR(VersionAtTimestamp(location, context, fourth - 1), ErrorKind::NOT_FOUND,
	             "first available one is version 4");
}

TEST_F(HistoryTest, InCommitTimestampsFromCreation) {
	Commit(0, {Info("CREATE", 5000), Features(), WithInCommit(Meta(), -1, 0)});
	for (int64_t version = 1; version <= 40; version++) {
		Commit(version, {Info("WRITE", 5000 + version * 10), Add("f")});
	}
	EXPECT_EQ(Load()->timestamp_ms, 5400);
	EXPECT_EQ(Load(3)->timestamp_ms, 5030);
	EXPECT_EQ(VersionAtTimestamp(location, context, 5000), 0);
	EXPECT_EQ(VersionAtTimestamp(location, context, 5029), 2);
	EXPECT_EQ(VersionAtTimestamp(location, context, 5400), 40);
	EXPECT_ERROR(VersionAtTimestamp(location, context, 4999), ErrorKind::NOT_FOUND,
	             "version 0 at 1970-01-01 00:00:05.000 UTC");
	EXPECT_EQ(VersionAtTimestamp(location, context, 5401), 40);
	// Not every commit is read for it.
	PutCheckpoint(V(40) + ".checkpoint.parquet", {Features(), WithInCommit(Meta(), -1, 0)});
	counting->Reset();
	VersionAtTimestamp(location, context, 5200);
	EXPECT_LE(counting->Counts().Of(StoreCall::GET_RANGE), 10u);
	// The last commit is in the checkpoint, its timestamp is not.
	EXPECT_EQ(Load()->timestamp_ms, 5400);
}

TEST_F(HistoryTest, InCommitTimestampsEnabledMidLife) {
	CommitMany(0, 4);
	const int64_t fourth = memory->Head(location.CommitPath(4))->modified_ms;
	const int64_t enabled = fourth + 100000;
	Commit(5, {Info("SET", enabled), WithInCommit(Meta(), 5, enabled)});
	Commit(6, {Info("WRITE", enabled + 10), Add("x")});
	EXPECT_EQ(VersionAtTimestamp(location, context, fourth - 1000), 3);
	// File times of later commits say nothing.
	EXPECT_EQ(VersionAtTimestamp(location, context, fourth + 5000), 4);
	EXPECT_EQ(VersionAtTimestamp(location, context, enabled - 1), 4);
	EXPECT_EQ(VersionAtTimestamp(location, context, enabled), 5);
	EXPECT_EQ(VersionAtTimestamp(location, context, enabled + 10), 6);
	EXPECT_ERROR(VersionAtTimestamp(location, context, fourth - 900000), ErrorKind::NOT_FOUND, "version 0");
	EXPECT_EQ(Load(4)->timestamp_ms, fourth);
}

TEST_F(HistoryTest, FirstVersionFromATime) {
	CommitMany(0, 3);
	const int64_t second = memory->Head(location.CommitPath(1))->modified_ms;
	EXPECT_EQ(FirstVersionFromTimestamp(location, context, 0), 0);
	EXPECT_EQ(FirstVersionFromTimestamp(location, context, second), 1);
	EXPECT_EQ(FirstVersionFromTimestamp(location, context, second + 1), 2);
	EXPECT_EQ(FirstVersionFromTimestamp(location, context, second + 1000000), 4);
}

TEST_F(HistoryTest, RangesOfCommits) {
	Commit(0, {Features(), Meta()});
	const auto first = Commit(1, {Add("a")});
	Commit(2, {Info("WRITE", 77), Add("b"), Add("c")});
	auto read = [&](int64_t from, int64_t to) {
		std::vector<std::string> texts;
		ReadCommits(location, {from, to}, CancelToken::None(), [&](RangedCommit &&commit) {
			texts.push_back(std::to_string(commit.version) + ": " + std::to_string(commit.actions.size()) + " @" +
			                std::to_string(commit.timestamp_ms));
		});
		return texts;
	};
	EXPECT_EQ(read(1, 2), (std::vector<std::string> {"1: 1 @" + std::to_string(first.modified_ms), "2: 3 @77"}));
	EXPECT_EQ(read(2, 2).size(), 1u);
	DropLog(V(1) + ".json");
	EXPECT_EQ(read(2, 2).size(), 1u);
	EXPECT_ERROR(read(0, 2), ErrorKind::NOT_FOUND, "the commit of version 1 is no longer in the log");
	EXPECT_ERROR(read(0, 2), ErrorKind::NOT_FOUND, "Read the changes from version 2 on");
}

} // namespace merganser
