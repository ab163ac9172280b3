#include "log_fixture.hpp"

#include "base/random.hpp"
#include "store/local_store.hpp"

#include <filesystem>

namespace merganser {

namespace {

using RefreshTest = LogTest;

} // namespace

TEST_F(RefreshTest, NothingChangedIsOneListWithoutStamps) {
	CommitMany(0, 12);
	auto older = Load();
	counting->Reset();
	EXPECT_EQ(RefreshSnapshot(older, context), older);
	EXPECT_EQ(counting->Counts().Total() - counting->Counts().Of(StoreCall::FOLDER_STAMP), 1u);
	EXPECT_EQ(counting->Counts().entries_listed, 1u);
}

TEST_F(RefreshTest, NothingChangedIsOneStampWithStamps) {
	memory->EnableFolderStamps(true);
	CommitMany(0, 12);
	auto older = Load();
	counting->Reset();
	EXPECT_EQ(RefreshSnapshot(older, context), older);
	EXPECT_EQ(counting->Counts().ToString(), "folder_stamp=1");
	// A change beside the commits costs two looks, once.
	PutLog(V(12) + ".crc", "{}");
	counting->Reset();
	EXPECT_EQ(RefreshSnapshot(older, context), older);
	EXPECT_EQ(counting->Counts().ToString(), "head=2 folder_stamp=1");
	counting->Reset();
	EXPECT_EQ(RefreshSnapshot(older, context), older);
	EXPECT_EQ(counting->Counts().ToString(), "folder_stamp=1");
	Commit(13, {Add("new")});
	auto newer = RefreshSnapshot(older, context);
	EXPECT_EQ(newer->version, 13);
	counting->Reset();
	EXPECT_EQ(RefreshSnapshot(newer, context), newer);
	EXPECT_EQ(counting->Counts().ToString(), "folder_stamp=1");
}

TEST_F(RefreshTest, TailIsAppliedAndOldBatchesAreShared) {
	Commit(0, Created({Add("a"), Add("b"), Add("c")}));
	PutCheckpoint(V(0) + ".checkpoint.parquet", Created({Add("a"), Add("b"), Add("c")}));
	auto older = Load();
	Commit(1, {Remove("a"), Add("d"), SetTransaction {"app", 3, {}}});
	Commit(2, {Remove("d"), Add("e")});
	counting->Reset();
	auto newer = RefreshSnapshot(older, context);
	EXPECT_EQ(Live(*newer), (Files {"b", "c", "e"}));
	EXPECT_EQ(counting->Counts().Of(StoreCall::GET), 2u);
	EXPECT_EQ(port.read_count, 1u);
	EXPECT_EQ(&newer->files.Batch(0), &older->files.Batch(0));
	EXPECT_EQ(newer->configuration, older->configuration);
	EXPECT_EQ(newer->transactions.at("app").version, 3);
	EXPECT_EQ(newer->last_commit->version, 2);
	// The older version is what it was.
	EXPECT_EQ(Live(*older), (Files {"a", "b", "c"}));
}

TEST_F(RefreshTest, AdvanceNeedsNoStoreCall) {
	CommitMany(0, 3);
	auto older = Load();
	std::vector<Action> actions = {CommitInfo(), Add("own"), Remove("f1")};
	auto commit = Commit(4, actions);
	counting->Reset();
	auto newer = AdvanceSnapshot(older, actions, commit);
	EXPECT_EQ(counting->Counts().Total(), 0u);
	EXPECT_EQ(Live(*newer), Live(*Load()));
	EXPECT_EQ(newer->version, 4);
	EXPECT_EQ(newer->timestamp_ms, commit.modified_ms);
	EXPECT_EQ(RefreshSnapshot(newer, context), newer);
}

TEST_F(RefreshTest, AdvanceFromNothingIsANewTable) {
	auto nothing = std::make_shared<Snapshot>();
	nothing->location = location;
	LogFile commit;
	auto snapshot = AdvanceSnapshot(nothing, Created({Add("a")}), commit);
	EXPECT_EQ(Live(*snapshot), (Files {"a"}));
	EXPECT_ERROR(AdvanceSnapshot(nothing, {Add("a")}, commit), ErrorKind::CORRUPT, "protocol");
}

TEST_F(RefreshTest, ReplacedTableIsReadAfresh) {
	for (bool stamps : {false, true}) {
		memory->EnableFolderStamps(stamps);
		CommitMany(0, 2);
		auto older = Load();
		for (int64_t version = 0; version <= 2; version++) {
			DropLog(V(version) + ".json");
		}
		EXPECT_ERROR(RefreshSnapshot(older, context), ErrorKind::NOT_FOUND, "lake.t");
		// As many versions as before, and then more.
		Commit(0, Created());
		Commit(1, {Add("another")});
		Commit(2, {Add("other")});
		EXPECT_EQ(Live(*RefreshSnapshot(older, context)), (Files {"another", "other"}));
		Commit(3, {Add("third")});
		EXPECT_EQ(Live(*RefreshSnapshot(older, context)), (Files {"another", "other", "third"}));
		// Shorter than before.
		DropLog(V(2) + ".json");
		DropLog(V(3) + ".json");
		EXPECT_EQ(RefreshSnapshot(older, context)->version, 1);
		for (int64_t version = 0; version <= 1; version++) {
			DropLog(V(version) + ".json");
		}
	}
}

TEST_F(RefreshTest, CleanedUpTailIsReadFromItsCheckpoint) {
	CommitMany(0, 3);
	auto older = Load();
	CommitMany(4, 9);
	PutCheckpoint(V(8) + ".checkpoint.parquet", Created({Add("c")}));
	for (int64_t version = 0; version < 8; version++) {
		DropLog(V(version) + ".json");
	}
	EXPECT_EQ(Live(*RefreshSnapshot(older, context)), (Files {"c", "f9"}));
}

TEST_F(RefreshTest, ManySmallCommitsMakeFewBatches) {
	Commit(0, Created());
	auto snapshot = Load();
	constexpr int64_t COMMITS = 600;
	for (int64_t version = 1; version <= COMMITS; version++) {
		LogFile commit;
		commit.version = version;
		snapshot = AdvanceSnapshot(snapshot, {Add("f" + std::to_string(version))}, commit);
		EXPECT_LE(snapshot->files.BatchCount(), 12u);
	}
	EXPECT_EQ(snapshot->files.LiveCount(), uint64_t(COMMITS));
	snapshot->files.ForEachLive([&](FileRef file) {
		auto &batch = snapshot->files.BatchOf(file);
		EXPECT_EQ("f" + std::to_string(batch.CommitVersion(file.row)), batch.Path(file.row));
	});
	for (int64_t version = 1; version < COMMITS; version++) {
		LogFile commit;
		commit.version = COMMITS + version;
		snapshot = AdvanceSnapshot(snapshot, {Remove("f" + std::to_string(version))}, commit);
	}
	EXPECT_EQ(Live(*snapshot), (Files {"f" + std::to_string(COMMITS)}));
	EXPECT_EQ(snapshot->files.BatchCount(), 1u);
}

TEST_F(RefreshTest, SchemaChangeRebindsOldBatches) {
	auto add = [](const std::string &path, const std::string &p) {
		auto file = Add(path);
		file.partition_values["p"] = p;
		file.stats = Stats(10, 1, 5);
		return file;
	};
	Commit(0, {Features(), Meta({"p"}), add("a", "x")});
	PutCheckpoint(V(0) + ".checkpoint.parquet", {Features(), Meta({"p"}), add("a", "x")});
	auto older = Load();
	older->files.Batch(0).Statistics({0});
	auto wider = Meta({"p"});
	wider.schema_string.insert(wider.schema_string.find("[") + 1,
	                           R"({"name":"n","type":"long","nullable":true,"metadata":{}},)");
	LogFile commit;
	commit.version = 1;
	auto newer = AdvanceSnapshot(older, {wider, add("b", "y")}, commit);
	ASSERT_EQ(newer->files.BatchCount(), 2u);
	auto &batch = newer->files.Batch(0);
	auto statistics = batch.Statistics({1});
	EXPECT_EQ(std::get<int64_t>(*statistics->leaves[1]->Min(2)), 1);
	EXPECT_EQ(statistics->num_records[2], 10);
	EXPECT_EQ(port.stats_read_count, 1u);
	EXPECT_FALSE(batch.Statistics({0})->leaves[0]->Min(2));
	EXPECT_EQ(batch.PartitionDictionary(0)[batch.PartitionCode(0, 2)], "x");
	EXPECT_EQ(newer->files.Batch(1).PartitionDictionary(0)[newer->files.Batch(1).PartitionCode(0, 0)], "y");
}

TEST_F(RefreshTest, NewCheckpointIsRemembered) {
	CommitMany(0, 3);
	auto older = Load();
	CommitMany(4, 6);
	PutCheckpoint(V(5) + ".checkpoint.parquet", Created());
	EXPECT_EQ(RefreshSnapshot(older, context)->checkpoint_version, 5);
}

TEST(RefreshLocalTest, LocalStoreStampsAndListsAgree) {
	MockClock clock(Clock::System().NowMs() + 60000);
	const auto folder = std::filesystem::temp_directory_path() / ("merganser_log_" + Random::System().Uuid());
	auto store = std::make_shared<CountingStore>(std::make_shared<LocalStore>(clock), true);
	TableLocation location {store, folder.string(), "t"};
	TextParquetPort port;
	LogContext context {port};
	Metadata metadata;
	metadata.id = "x";
	metadata.schema_string = R"({"type":"struct","fields":[]})";
	AppendCommit(location, 0, EncodeCommit({Protocol(), metadata}));
	auto snapshot = LoadSnapshot(location, context);
	store->Reset();
	EXPECT_EQ(RefreshSnapshot(snapshot, context), snapshot);
	EXPECT_LE(store->Counts().Total(), 3u);
	AddFile file;
	file.path = "f";
	AppendCommit(location, 1, EncodeCommit({file}));
	snapshot = RefreshSnapshot(snapshot, context);
	EXPECT_EQ(snapshot->files.LiveCount(), 1u);
	std::filesystem::remove_all(folder);
	EXPECT_ERROR(RefreshSnapshot(snapshot, context), ErrorKind::NOT_FOUND, "is missing");
}

} // namespace merganser
