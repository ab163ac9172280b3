#include "log_fixture.hpp"

#include "log/last_checkpoint.hpp"
#include "log/log_listing.hpp"

namespace merganser {

namespace {

using LogListingTest = LogTest;

//! The first list is made while commits come: it has none of the versions in `late`, but later ones.
class ListedMeanwhile : public MemoryStore {
public:
	explicit ListedMeanwhile(const MemoryStore &objects) {
		for (const auto &[path, bytes] : objects.Contents()) {
			Put(path, bytes);
		}
	}
	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth, const std::string &start_after) override {
		auto listed = MemoryStore::List(folder, depth, start_after);
		for (const auto version : late) {
			std::erase_if(listed,
			              [&](const ObjectInfo &object) { return object.path.ends_with(V(version) + ".json"); });
		}
		late = std::move(later);
		later.clear();
		lists++;
		return listed;
	}

	std::vector<int64_t> late;
	//! Of the second list.
	std::vector<int64_t> later;
	int lists = 0;
};

constexpr const char *UUID = "80a083e8-7026-4e79-81be-64bd76c43a11";

} // namespace

TEST(LogFileNameTest, EveryKindIsRecognised) {
	auto kind = [](const std::string &name) {
		return ParseLogFileName("t/_delta_log/" + name)->kind;
	};
	EXPECT_EQ(int(kind(V(7) + ".json")), int(LogFileKind::COMMIT));
	EXPECT_EQ(int(kind(V(7) + ".crc")), int(LogFileKind::CHECKSUM));
	EXPECT_EQ(int(kind(V(7) + ".checkpoint.parquet")), int(LogFileKind::CHECKPOINT_CLASSIC));
	auto part = ParseLogFileName(V(10) + ".checkpoint.0000000002.0000000003.parquet");
	EXPECT_EQ(int(part->kind), int(LogFileKind::CHECKPOINT_PART));
	EXPECT_EQ(part->part, 2u);
	EXPECT_EQ(part->parts, 3u);
	EXPECT_TRUE(ParseLogFileName(V(7) + ".checkpoint." + UUID + ".json")->is_json);
	EXPECT_FALSE(ParseLogFileName(V(7) + ".checkpoint." + UUID + ".parquet")->is_json);
	auto compacted = ParseLogFileName(V(4) + "." + V(6) + ".compacted.json");
	EXPECT_EQ(int(compacted->kind), int(LogFileKind::COMPACTED));
	EXPECT_EQ(compacted->version_end, 6);
}

TEST(LogFileNameTest, OtherNamesAreNoLogFiles) {
	const std::string names[] = {"_last_checkpoint",
	                             V(7),
	                             V(7) + ".json.tmp",
	                             V(7) + ".JSON",
	                             "7.json",
	                             V(7) + "." + UUID + ".json",
	                             V(7) + ".checkpoint.0000000004.0000000003.parquet",
	                             V(7) + ".checkpoint.0000000000.0000000003.parquet",
	                             V(7) + ".checkpoint.1.3.parquet",
	                             V(7) + ".checkpoint.abc.parquet",
	                             V(6) + "." + V(6) + ".compacted.json",
	                             "99999999999999999999.json",
	                             "0000000000000000000x.json",
	                             ""};
	for (auto &name : names) {
		EXPECT_FALSE(ParseLogFileName(name)) << name;
	}
}

TEST_F(LogListingTest, CommitsOnly) {
	CommitMany(0, 3);
	auto segment = ListLogSegment(location);
	EXPECT_EQ(segment.version, 3);
	EXPECT_EQ(segment.checkpoint_version, -1);
	EXPECT_EQ(segment.commits.size(), 4u);
	EXPECT_EQ(segment.last_commit->path, location.CommitPath(3));
	EXPECT_EQ(ListLogSegment(location, 1).commits.size(), 2u);
}

TEST_F(LogListingTest, NewestCompleteCheckpointNotAfterTheVersion) {
	CommitMany(0, 8);
	PutCheckpoint(V(3) + ".checkpoint.parquet", Created());
	PutCheckpoint(V(6) + ".checkpoint.parquet", Created());
	EXPECT_EQ(ListLogSegment(location).checkpoint_version, 6);
	EXPECT_EQ(ListLogSegment(location, 6).commits.size(), 0u);
	EXPECT_EQ(ListLogSegment(location, 5).checkpoint_version, 3);
	EXPECT_EQ(ListLogSegment(location, 2).checkpoint_version, -1);
}

TEST_F(LogListingTest, IncompleteMultipartIsIgnored) {
	CommitMany(0, 5);
	PutCheckpoint(V(2) + ".checkpoint.0000000001.0000000002.parquet", Created());
	PutCheckpoint(V(2) + ".checkpoint.0000000002.0000000002.parquet", {});
	PutCheckpoint(V(4) + ".checkpoint.0000000001.0000000003.parquet", Created());
	PutCheckpoint(V(4) + ".checkpoint.0000000003.0000000003.parquet", {});
	auto segment = ListLogSegment(location);
	EXPECT_EQ(segment.checkpoint_version, 2);
	ASSERT_EQ(segment.checkpoint.size(), 2u);
	EXPECT_EQ(segment.checkpoint[0].part, 1u);
	EXPECT_EQ(segment.commits.size(), 3u);
}

TEST_F(LogListingTest, EmptyCheckpointFileIsNoCheckpoint) {
	CommitMany(0, 2);
	PutLog(V(1) + ".checkpoint.parquet", "");
	EXPECT_EQ(ListLogSegment(location).checkpoint_version, -1);
}

TEST_F(LogListingTest, HintSavesTheFullListing) {
	CommitMany(0, 12);
	PutCheckpoint(V(10) + ".checkpoint.parquet", Created());
	PutLog("_last_checkpoint", R"({"version":10,"size":2})");
	counting->Reset();
	EXPECT_EQ(ListLogSegment(location).version, 12);
	EXPECT_EQ(counting->Counts().Of(StoreCall::LIST), 1u);
	EXPECT_EQ(counting->Counts().Total(), 2u);
	EXPECT_EQ(counting->Counts().entries_listed, 5u);
	EXPECT_EQ(ListLogSegment(location, 4).commits.size(), 5u);
}

TEST_F(LogListingTest, HintIsNeverTrusted) {
	CommitMany(0, 12);
	PutCheckpoint(V(5) + ".checkpoint.parquet", Created());
	const std::string hints[] = {
	    R"({"version":10})", R"({"version":500})", R"({"version":-1})", R"({"version":"x"})", R"([1])", "{", "",
	    R"({"size":3})"};
	for (auto &hint : hints) {
		PutLog("_last_checkpoint", hint);
		auto segment = ListLogSegment(location);
		EXPECT_EQ(segment.version, 12) << hint;
		EXPECT_EQ(segment.checkpoint_version, 5) << hint;
	}
	// Points to a checkpoint that is there, behind a gap that a later checkpoint bridges.
	PutLog("_last_checkpoint", R"({"version":5})");
	DropLog(V(8) + ".json");
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::CORRUPT, "version 8 is missing");
	PutCheckpoint(V(9) + ".checkpoint.parquet", Created());
	EXPECT_EQ(ListLogSegment(location).checkpoint_version, 9);
}

TEST_F(LogListingTest, GapNamesTheMissingVersion) {
	CommitMany(0, 6);
	DropLog(V(4) + ".json");
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::CORRUPT, "version 4 is missing");
	EXPECT_ERROR(ListLogSegment(location, 5), ErrorKind::CORRUPT, "version 4 is missing");
	EXPECT_ERROR(ListLogSegment(location, 4), ErrorKind::CORRUPT, "version 4 is missing");
	EXPECT_EQ(ListLogSegment(location, 3).version, 3);
}

TEST_F(LogListingTest, LogWithoutItsBeginIsCorrupt) {
	Commit(3, Created());
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::CORRUPT, "version 0 is missing");
}

TEST_F(LogListingTest, FutureVersionNamesTheNewest) {
	CommitMany(0, 2);
	EXPECT_ERROR(ListLogSegment(location, 3), ErrorKind::NOT_FOUND, "the newest is 2");
	EXPECT_ERROR(ListLogSegment(location, -1), ErrorKind::INVALID_INPUT, "negative");
}

TEST_F(LogListingTest, CleanedUpVersionNamesTheAvailableRange) {
	CommitMany(0, 12);
	PutCheckpoint(V(10) + ".checkpoint.parquet", Created());
	for (int64_t version = 0; version < 8; version++) {
		DropLog(V(version) + ".json");
	}
	EXPECT_ERROR(ListLogSegment(location, 3), ErrorKind::NOT_FOUND, "versions 10 to 12 are available");
	// Its commit is there, but nothing to begin at.
	EXPECT_ERROR(ListLogSegment(location, 9), ErrorKind::NOT_FOUND, "versions 10 to 12 are available");
	EXPECT_EQ(ListLogSegment(location, 10).version, 10);
}

TEST_F(LogListingTest, OnlyACheckpoint) {
	PutCheckpoint(V(4) + ".checkpoint.parquet", Created());
	auto segment = ListLogSegment(location);
	EXPECT_EQ(segment.version, 4);
	EXPECT_FALSE(segment.last_commit);
	EXPECT_EQ(Load()->version, 4);
}

TEST_F(LogListingTest, MissingAndEmptyLogAreDifferent) {
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::NOT_FOUND, "missing");
	PutLog("_last_checkpoint", R"({"version":3})");
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::NOT_FOUND, "empty of commits");
}

TEST_F(LogListingTest, CompactedFileReplacesCommitsInsideTheSegment) {
	CommitMany(0, 9);
	PutCheckpoint(V(2) + ".checkpoint.parquet", Created());
	PutLog(V(1) + "." + V(5) + ".compacted.json", "{}");
	PutLog(V(3) + "." + V(4) + ".compacted.json", "{}");
	PutLog(V(3) + "." + V(7) + ".compacted.json", "{}");
	auto names = [&](const LogSegment &segment) {
		std::vector<std::pair<int64_t, int64_t>> ranges;
		for (auto &file : segment.commits) {
			ranges.emplace_back(file.version, file.version_end);
		}
		return ranges;
	};
	using Ranges = std::vector<std::pair<int64_t, int64_t>>;
	EXPECT_EQ(names(ListLogSegment(location)), (Ranges {{3, 7}, {8, 8}, {9, 9}}));
	EXPECT_EQ(names(ListLogSegment(location, 6)), (Ranges {{3, 4}, {5, 5}, {6, 6}}));
	EXPECT_EQ(names(ListLogSegment(location, 3)), (Ranges {{3, 3}}));
	EXPECT_EQ(ListLogSegment(location, 7).last_commit->version, 7);
}

TEST_F(LogListingTest, NewCommits) {
	CommitMany(0, 4);
	PutCheckpoint(V(2) + ".checkpoint.parquet", Created());
	EXPECT_EQ(ListNewCommits(location, 2).size(), 2u);
	EXPECT_EQ(ListNewCommits(location, 4).size(), 0u);
	EXPECT_EQ(ListNewCommits(location, -1).size(), 5u);
	DropLog(V(3) + ".json");
	EXPECT_ERROR(ListNewCommits(location, 2), ErrorKind::CORRUPT, "version 3 is missing");
	EXPECT_EQ(ListNewCommits(location, 3).size(), 1u);
}

TEST_F(LogListingTest, LastCheckpointIsNeverReplacedByAnOlderOne) {
	WriteLastCheckpoint(location, LastCheckpoint {20, 3, 4, 5});
	WriteLastCheckpoint(location, LastCheckpoint {10, 3, 4, 5});
	EXPECT_EQ(TryReadLastCheckpoint(location), 20);
	EXPECT_EQ(*memory->TryGet(LastCheckpointPath(location)),
	          R"({"version":20,"size":3,"sizeInBytes":4,"numOfAddFiles":5})");
}

TEST_F(LogListingTest, CompactedFileThatIsCorruptIsCorrupt) {
	CommitMany(0, 5);
	PutLog(V(2) + "." + V(4) + ".compacted.json", "{\"add\":");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "compacted");
}

TEST_F(LogListingTest, AListWithAGapIsMadeAgain) {
	CommitMany(0, 5);
	const auto store = std::make_shared<ListedMeanwhile>(*memory);
	location.store = store;
	store->late = {3};
	EXPECT_EQ(ListLogSegment(location).version, 5);
	store->late = {0};
	EXPECT_EQ(ListLogSegment(location).version, 5);
	store->late = {4};
	EXPECT_EQ(ListNewCommits(location, 3).size(), 2u);
	store->late = {2, 3};
	EXPECT_EQ(ListNewCommits(location, 2).size(), 3u) << "the commit before may have been cleaned up";
	store->lists = 0;
	ListLogSegment(location);
	EXPECT_EQ(store->lists, 1);
}

TEST_F(LogListingTest, WhatComesDuringTheSecondListCountsUpToItsGap) {
	CommitMany(0, 9);
	const auto store = std::make_shared<ListedMeanwhile>(*memory);
	location.store = store;
	store->late = {3, 6, 7, 8, 9};
	store->later = {7};
	EXPECT_EQ(ListLogSegment(location).version, 6);
	store->late = {3, 6, 7, 8, 9};
	store->later = {3};
	EXPECT_ERROR(ListLogSegment(location), ErrorKind::CORRUPT, "version 3 is missing");
}

} // namespace merganser
