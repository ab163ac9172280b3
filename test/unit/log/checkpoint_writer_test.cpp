#include "log_fixture.hpp"

#include "log/checkpoint_writer.hpp"
#include "log/last_checkpoint.hpp"
#include "store/faulty_store.hpp"

namespace merganser {

namespace {

constexpr int64_t DAY_MS = 24ll * 3600 * 1000;

class CheckpointWriterTest : public LogTest {
protected:
	//! The actions of the classic checkpoint of that version.
	std::vector<Action> Checkpoint(int64_t version) {
		return ActionsIn(ClassicCheckpointPath(location, version));
	}
	static AddFile Rich(const std::string &path) {
		auto file = Add(path, 7, "dv");
		file.partition_values["p"] = "x y";
		file.stats = Stats(10, 1, 2);
		file.tags = StringMap {{"k", "v"}};
		file.base_row_id = 5;
		file.default_row_commit_version = 6;
		file.clustering_provider = "liquid";
		file.data_change = false;
		return file;
	}
};

} // namespace

TEST_F(CheckpointWriterTest, DueEveryInterval) {
	CommitMany(0, 10);
	EXPECT_FALSE(CheckpointIsDue(*Load(9)));
	auto snapshot = Load();
	EXPECT_TRUE(CheckpointIsDue(*snapshot));
	WriteCheckpoint(*snapshot, context, clock.NowMs());
	// Known to all versions of the table that stem from this snapshot.
	EXPECT_FALSE(CheckpointIsDue(*snapshot));
	LogFile commit;
	commit.version = 11;
	EXPECT_FALSE(CheckpointIsDue(*AdvanceSnapshot(snapshot, {Add("x")}, commit)));
	CommitMany(11, 19);
	EXPECT_FALSE(CheckpointIsDue(*Load()));
	CommitMany(20, 20);
	EXPECT_TRUE(CheckpointIsDue(*Load()));
	EXPECT_EQ(Load()->checkpoint_version, 10);
}

TEST_F(CheckpointWriterTest, HoldsTheWholeStateAndNothingElse) {
	Commit(0, {CommitInfo(), Features(), Meta({"p"}), Rich("a"), Rich("b"), SetTransaction {"app", 1, 2},
	           DomainMetadata {"d", "{}", false}, DomainMetadata {"gone", "{}", false}});
	Commit(1, {CommitInfo(), Remove("b", "dv"), AddCdcFile {"_change_data/x", {}, 1, false, {}},
	           DomainMetadata {"gone", "{}", true}});
	auto snapshot = Load();
	WriteCheckpoint(*snapshot, context, clock.NowMs());
	auto actions = Checkpoint(1);
	EXPECT_EQ(actions.size(), 6u);
	ASSERT_EQ(Of<AddFile>(actions).size(), 1u);
	EXPECT_EQ(WriteAction(Of<AddFile>(actions)[0]), WriteAction(Rich("a")));
	EXPECT_EQ(Of<RemoveFile>(actions).size(), 1u);
	EXPECT_EQ(Of<DomainMetadata>(actions).size(), 1u);
	EXPECT_EQ(Of<SetTransaction>(actions)[0].last_updated, 2);
	EXPECT_TRUE(Of<CommitInfo>(actions).empty());
	EXPECT_TRUE(Of<AddCdcFile>(actions).empty());
	const auto size = memory->Head(ClassicCheckpointPath(location, 1))->size_bytes;
	EXPECT_EQ(*memory->TryGet(LastCheckpointPath(location)),
	          R"({"version":1,"size":6,"sizeInBytes":)" + std::to_string(size) + R"(,"numOfAddFiles":1})");
	EXPECT_EQ(Live(*Load()), Live(*snapshot));
}

TEST_F(CheckpointWriterTest, PreviousCheckpointIsCarriedOver) {
	std::vector<Action> old = {Features(), Meta({"p"})};
	for (int i = 0; i < 100; i++) {
		old.push_back(Rich("o" + std::to_string(i)));
	}
	old.push_back(Remove("r", "", 1));
	old.push_back(Remove("kept", "", 20 * DAY_MS));
	old.push_back(Remove("back", "", 20 * DAY_MS));
	old.push_back(SetTransaction {"app", 1, {}});
	CommitMany(0, 3);
	PutCheckpoint(V(3) + ".checkpoint.parquet", old);
	auto tagged = Remove("o1", "dv", 20 * DAY_MS);
	tagged.stats = "{}";
	tagged.tags = StringMap {{"k", "v"}};
	Commit(4, {tagged, Remove("o2", "", 20 * DAY_MS), Add("back"), SetTransaction {"app", 2, {}}});
	WriteCheckpoint(*Load(), context, 21 * DAY_MS);
	auto actions = Checkpoint(4);
	// o1 is gone, o2 with another vector is not, back is there.
	EXPECT_EQ(Of<AddFile>(actions).size(), 100u);
	auto removes = Of<RemoveFile>(actions);
	std::set<std::string> tombstones;
	for (auto &removed : removes) {
		tombstones.insert(removed.path);
		EXPECT_FALSE(removed.stats || removed.tags);
	}
	EXPECT_EQ(tombstones, (std::set<std::string> {"o1", "o2", "kept"}));
	EXPECT_EQ(Of<SetTransaction>(actions).size(), 1u);
	EXPECT_EQ(Of<Metadata>(actions).size(), 1u);
	for (auto &file : Of<AddFile>(actions)) {
		if (file.path == "o50") {
			EXPECT_EQ(WriteAction(file), WriteAction(Rich("o50")));
		}
	}
	DropLog(V(3) + ".checkpoint.parquet");
	EXPECT_EQ(Load()->files.LiveCount(), 100u);
}

TEST_F(CheckpointWriterTest, FileThatItsOwnCommitRemovedFirstIsKept) {
	Commit(0, {Features(), Meta(), Add("a")});
	Commit(1, {Remove("a"), Add("a", 7)});
	WriteCheckpoint(*Load(), context, clock.NowMs());
	DropLog(V(0) + ".json");
	DropLog(V(1) + ".json");
	EXPECT_EQ(Live(*Load()), std::multiset<std::string> {"a"});
}

TEST_F(CheckpointWriterTest, RetentionPropertyDecidesAboutTombstones) {
	Commit(0, {Features(), Meta({}, {{"delta.deletedFileRetentionDuration", "interval 2 days"}}), Add("a"), Add("b")});
	Commit(1, {Remove("a", "", 10 * DAY_MS), Remove("b", "", 12 * DAY_MS)});
	WriteCheckpoint(*Load(), context, 13 * DAY_MS);
	auto removes = Of<RemoveFile>(Checkpoint(1));
	ASSERT_EQ(removes.size(), 1u);
	EXPECT_EQ(removes[0].path, "b");
}

TEST_F(CheckpointWriterTest, FromV2CheckpointsAndMultipart) {
	CommitMany(0, 3);
	const std::string uuid = "80a083e8-7026-4e79-81be-64bd76c43a11";
	PutCheckpoint("_sidecars/one.parquet", {Add("s1"), Add("s2")});
	const auto top = Created({CheckpointMetadata {3, {}}, Add("top"), Sidecar {"one.parquet", 1, 1, {}}});
	Commit(4, {Remove("s1")});
	for (bool is_json : {true, false}) {
		const auto name = V(3) + ".checkpoint." + uuid + (is_json ? ".json" : ".parquet");
		PutLog(name, is_json ? EncodeCommit(top) : TextParquetPort::Encode(top));
		WriteCheckpoint(*Load(), context, 0);
		auto actions = Checkpoint(4);
		EXPECT_EQ(Of<AddFile>(actions).size(), 2u);
		EXPECT_TRUE(Of<Sidecar>(actions).empty() && Of<CheckpointMetadata>(actions).empty());
		DropLog(name);
		EXPECT_EQ(Live(*Load()), (Files {"s2", "top"}));
		DropLog(V(4) + ".checkpoint.parquet");
		DropLog("_last_checkpoint");
	}
	PutCheckpoint(V(3) + ".checkpoint.0000000001.0000000002.parquet", Created({Add("m1")}));
	PutCheckpoint(V(3) + ".checkpoint.0000000002.0000000002.parquet", {Add("m2")});
	WriteCheckpoint(*Load(), context, 0);
	EXPECT_EQ(Of<AddFile>(Checkpoint(4)).size(), 2u);
}

TEST_F(CheckpointWriterTest, AnotherWritersCheckpointStays) {
	CommitMany(0, 2);
	auto snapshot = Load();
	PutCheckpoint(V(2) + ".checkpoint.parquet", Created({Add("theirs")}));
	WriteCheckpoint(*snapshot, context, 0);
	EXPECT_EQ(Of<AddFile>(Checkpoint(2))[0].path, "theirs");
}

TEST_F(CheckpointWriterTest, CountThatDiffersIsNeverWritten) {
	CommitMany(0, 2);
	auto snapshot = Load();
	const auto size = memory->Head(location.CommitPath(1))->size_bytes;
	Commit(1, {Remove("f9")});
	auto error = ErrorOf([&] { WriteCheckpoint(*snapshot, context, 0); });
	EXPECT_EQ(int(error.kind), int(ErrorKind::INTERNAL));
	EXPECT_FALSE(memory->Head(ClassicCheckpointPath(location, 2)));
	EXPECT_GT(size, 0u);
}

TEST_F(CheckpointWriterTest, EveryCallMayFailAndNothingIsBroken) {
	CommitMany(0, 3);
	WriteCheckpoint(*Load(), context, 0);
	CommitMany(4, 6);
	const auto expected = Live(*Load());
	bool failed = true;
	for (uint64_t nth = 1; failed && nth < 100; nth++) {
		for (auto moment : {FaultMoment::BEFORE, FaultMoment::AFTER}) {
			auto faulty = std::make_shared<FaultyStore>(memory);
			auto broken = location;
			broken.store = faulty;
			auto snapshot = LoadSnapshot(broken, context);
			faulty->FailCall(nth, moment);
			try {
				WriteCheckpoint(*snapshot, context, 0);
			} catch (const Error &error) {
				EXPECT_EQ(int(error.kind), int(ErrorKind::IO)) << error.what();
			}
			failed = faulty->FaultCount() > 0;
			EXPECT_EQ(Live(*Load()), expected);
			DropLog(V(6) + ".checkpoint.parquet");
		}
	}
	EXPECT_FALSE(failed);
}

} // namespace merganser
