#include "base/json.hpp"
#include "base/uri.hpp"
#include "log/checkpoint_reader.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/commit_file.hpp"
#include "log_fixture.hpp"
#include "store/faulty_store.hpp"

namespace merganser {

namespace {

const StringMap V2_POLICY {{"delta.checkpointPolicy", "v2"}};

class V2CheckpointTest : public LogTest {
protected:
	//! A table of so many files, two of them removed, with a transaction and a domain. Returns its newest version.
	int64_t Table(int file_count) {
		std::vector<Action> actions {Features(), Meta({}, V2_POLICY), SetTransaction {"app", 1, 2},
		                             DomainMetadata {"d", "{}", false}};
		for (int i = 0; i < file_count + 2; i++) {
			actions.emplace_back(Add("f" + std::to_string(i), i));
			std::get<AddFile>(actions.back()).stats = Stats(10, i, i);
		}
		Commit(0, actions);
		Commit(1, {Remove("f0"), Remove("f1")});
		return 1;
	}
	void Write(int64_t version, uint64_t sidecar_actions_max, TableLocation *at = nullptr) {
		WriteCheckpoint(*LoadSnapshot(at ? *at : location, context, version), context, 0,
		                CheckpointLayout {sidecar_actions_max, random});
	}
	//! The JSON files of V2 checkpoints.
	std::vector<LogFile> TopFiles() {
		return LogFilesOf(LogFileKind::CHECKPOINT_UUID);
	}
	std::vector<Action> TopActions() {
		const auto files = TopFiles();
		EXPECT_EQ(files.size(), 1u);
		return ReadLogFile(location, files.at(0));
	}
	std::set<std::string> SidecarNames() {
		std::set<std::string> names;
		for (auto &object : memory->List(SidecarFolder(location), ListDepth::SHALLOW)) {
			names.insert(object.path);
		}
		return names;
	}
	//! Of all V2 checkpoints.
	std::set<std::string> NamedSidecars() {
		std::set<std::string> names;
		for (auto &file : TopFiles()) {
			for (auto &path : SidecarPaths(location, ReadSidecars(location, context, file))) {
				names.insert(path);
			}
		}
		return names;
	}

	SeededRandom random {3};
};

} // namespace

TEST_F(V2CheckpointTest, SmallOneIsOneFileWithAClassicName) {
	const auto version = Table(4);
	Write(version, 6);
	EXPECT_TRUE(TopFiles().empty() && SidecarNames().empty());
	const auto actions = ActionsIn(ClassicCheckpointPath(location, version));
	ASSERT_EQ(Of<CheckpointMetadata>(actions).size(), 1u);
	EXPECT_EQ(Of<CheckpointMetadata>(actions)[0].version, version);
	EXPECT_EQ(Of<AddFile>(actions).size(), 4u);
	EXPECT_EQ(Of<RemoveFile>(actions).size(), 2u);
	EXPECT_EQ(Of<SetTransaction>(actions).size() + Of<DomainMetadata>(actions).size(), 2u);
	EXPECT_EQ(memory->TryGet(LastCheckpointPath(location))->find("v2Checkpoint"), std::string::npos);
	ForgetCommits(version);
	EXPECT_EQ(Live(*Load()), (Files {"f2", "f3", "f4", "f5"}));
}

TEST_F(V2CheckpointTest, PropertyAndFeatureDecideTogether) {
	auto write = [&](const Protocol &protocol, const StringMap &properties) {
		for (const auto &object : memory->List(location.LogFolder(), ListDepth::RECURSIVE)) {
			memory->Delete(object.path);
		}
		Commit(0, {protocol, Meta({}, properties), Add("a"), Add("b")});
		Write(0, 1);
		return !TopFiles().empty();
	};
	EXPECT_TRUE(write(Features(), V2_POLICY));
	EXPECT_TRUE(write(Features(), {{"delta.checkpointpolicy", "V2"}}));
	EXPECT_FALSE(write(Features(), {{"delta.checkpointPolicy", "classic"}}));
	EXPECT_FALSE(write(Features(), {}));
	EXPECT_TRUE(Of<CheckpointMetadata>(ActionsIn(ClassicCheckpointPath(location, 0))).empty());
	// A protocol without the feature: its readers know no V2 checkpoints, whatever the property says.
	EXPECT_FALSE(write(Protocol {1, 2, {}, {}}, V2_POLICY));
	EXPECT_TRUE(Of<CheckpointMetadata>(ActionsIn(ClassicCheckpointPath(location, 0))).empty());
}

TEST_F(V2CheckpointTest, FilesAndTombstonesOfALargeOneAreInSidecars) {
	const auto version = Table(20);
	const auto expected = Live(*Load());
	for (size_t threads : {1, 3}) {
		port.writer_threads = threads;
		Write(version, 4);
		EXPECT_FALSE(memory->Head(ClassicCheckpointPath(location, version)));
		const auto top = TopActions();
		EXPECT_TRUE(Of<AddFile>(top).empty() && Of<RemoveFile>(top).empty());
		EXPECT_EQ(Of<Protocol>(top).size() + Of<Metadata>(top).size() + Of<SetTransaction>(top).size() +
		              Of<DomainMetadata>(top).size(),
		          4u);
		const auto sidecars = Of<Sidecar>(top);
		ASSERT_GE(sidecars.size(), 6u);
		EXPECT_LE(sidecars.size(), 5u + threads);
		std::vector<Action> all;
		int64_t bytes = 0;
		for (auto &sidecar : sidecars) {
			const auto path = SidecarFolder(location) + "/" + sidecar.path;
			EXPECT_EQ(uint64_t(sidecar.size_in_bytes), memory->Head(path)->size_bytes);
			bytes += sidecar.size_in_bytes;
			const auto actions = ActionsIn(path);
			EXPECT_LE(actions.size(), 4u);
			all.insert(all.end(), actions.begin(), actions.end());
		}
		EXPECT_EQ(Of<AddFile>(all).size(), 20u);
		EXPECT_EQ(Of<RemoveFile>(all).size(), 2u);
		ASSERT_EQ(Of<CheckpointMetadata>(top).size(), 1u);
		EXPECT_EQ(WriteAction(Of<CheckpointMetadata>(top)[0]),
		          WriteAction(CheckpointMetadata {version, StringMap {{"sidecarNumActions", "22"},
		                                                              {"sidecarSizeInBytes", std::to_string(bytes)},
		                                                              {"numOfAddFiles", "20"}}}));
		EXPECT_EQ(SidecarNames(), NamedSidecars());
		const auto commit = *memory->TryGet(location.CommitPath(0));
		ForgetCommits(version);
		EXPECT_EQ(Live(*Load()), expected);
		memory->Put(location.CommitPath(0), commit);
		memory->Delete(TopFiles()[0].path);
		memory->Delete(LastCheckpointPath(location));
		for (auto &path : SidecarNames()) {
			memory->Delete(path);
		}
	}
}

TEST_F(V2CheckpointTest, HintSaysWhatSparkLooksFor) {
	const auto version = Table(6);
	Write(version, 4);
	const auto text = *memory->TryGet(LastCheckpointPath(location));
	auto hint = ParseJson(text, "hint");
	EXPECT_EQ(hint.Root().GetInt("version"), version);
	EXPECT_EQ(hint.Root().GetInt("numOfAddFiles"), 6);
	const auto top = TopActions();
	EXPECT_EQ(hint.Root().GetInt("size"), int64_t(8 + top.size()));
	EXPECT_EQ(hint.Root().Find("v2Checkpoint")->GetString("path"), FileNameOf(TopFiles()[0].path));
	for (const auto &action : top) {
		if (const auto sidecar = std::get_if<Sidecar>(&action)) {
			EXPECT_NE(text.find(R"({"path":")" + sidecar->path + R"(","sizeInBytes":)"), std::string::npos) << text;
		} else {
			EXPECT_NE(text.find(WriteAction(action)), std::string::npos) << text;
		}
	}
	// Too many to say.
	Commit(version + 1, {Add("more")});
	Write(version + 1, 1);
	Commit(version + 2, {SetTransaction {"z", 1, {}}});
	for (int i = 0; i < 40; i++) {
		Commit(version + 3 + i, {SetTransaction {"z" + std::to_string(i), 1, {}}, Add("g" + std::to_string(i))});
	}
	Write(version + 42, 1);
	const auto last = *memory->TryGet(LastCheckpointPath(location));
	EXPECT_NE(last.find("v2Checkpoint"), std::string::npos);
	EXPECT_EQ(last.find("nonFileActions"), std::string::npos);
	EXPECT_EQ(last.find("sidecarFiles"), std::string::npos);
}

TEST_F(V2CheckpointTest, EachIsMadeFromTheOneBefore) {
	auto version = Table(9);
	Write(version, 3);
	Commit(++version, {Remove("f5", "", 1), Add("new"), DomainMetadata {"d", "{}", true}});
	ForgetCommits(version);
	Write(version, 5);
	EXPECT_EQ(TopFiles().size(), 2u);
	Commit(++version, {Add("newer"), Meta({}, {{"delta.checkpointPolicy", "classic"}})});
	ForgetCommits(version);
	const auto expected = Live(*Load());
	EXPECT_EQ(expected.size(), 10u);
	// Back to V1.
	Write(version, 5);
	const auto actions = ActionsIn(ClassicCheckpointPath(location, version));
	EXPECT_EQ(Of<AddFile>(actions).size(), 10u);
	EXPECT_TRUE(Of<Sidecar>(actions).empty() && Of<CheckpointMetadata>(actions).empty());
	EXPECT_TRUE(Of<DomainMetadata>(actions).empty());
	DropLog(V(version) + ".json");
	EXPECT_EQ(Live(*Load()), expected);
}

TEST_F(V2CheckpointTest, CountThatDiffersLeavesNothing) {
	const auto version = Table(9);
	auto snapshot = Load();
	Commit(0, {Features(), Meta({}, V2_POLICY), Add("f0"), Add("f1"), Add("f2"), Add("f3"), Add("f4")});
	EXPECT_ERROR(WriteCheckpoint(*snapshot, context, 0, CheckpointLayout {2, random}), ErrorKind::INTERNAL, "");
	EXPECT_TRUE(TopFiles().empty() && SidecarNames().empty());
	EXPECT_FALSE(memory->Head(ClassicCheckpointPath(location, version)));
}

TEST_F(V2CheckpointTest, EveryCallMayFailAndNothingIsBroken) {
	auto version = Table(9);
	Write(version, 3);
	Commit(++version, {Remove("f5"), Add("new")});
	const auto expected = Live(*Load());
	const auto old_sidecars = SidecarNames();
	uint64_t complete_count = 0;
	bool failed = true;
	for (uint64_t nth = 1; failed && nth < 100; nth++) {
		for (auto moment : {FaultMoment::BEFORE, FaultMoment::AFTER}) {
			auto faulty = std::make_shared<FaultyStore>(memory);
			auto broken = location;
			broken.store = faulty;
			auto snapshot = LoadSnapshot(broken, context);
			faulty->FailCall(nth, moment);
			try {
				WriteCheckpoint(*snapshot, context, 0, CheckpointLayout {3, random});
			} catch (const Error &error) {
				EXPECT_EQ(int(error.kind), int(ErrorKind::IO)) << error.what();
			}
			failed = faulty->FaultCount() > 0;
			EXPECT_EQ(Live(*Load()), expected);
			// Whatever it names is there.
			const auto all = SidecarNames();
			for (auto &path : NamedSidecars()) {
				EXPECT_TRUE(all.contains(path)) << path;
			}
			complete_count += Load()->checkpoint_version == version;
			for (auto &file : TopFiles()) {
				if (file.version == version) {
					memory->Delete(file.path);
				}
			}
			for (auto &path : all) {
				if (!old_sidecars.contains(path)) {
					memory->Delete(path);
				}
			}
		}
	}
	EXPECT_FALSE(failed);
	EXPECT_GT(complete_count, 2u);
}

TEST_F(V2CheckpointTest, CrashBeforeItIsNamedLeavesSidecarsThatNobodyReads) {
	const auto version = Table(9);
	const auto expected = Live(*Load());
	auto faulty = std::make_shared<FaultyStore>(memory);
	auto broken = location;
	broken.store = faulty;
	auto snapshot = LoadSnapshot(broken, context);
	// Three sidecars hold 11 rows; the fourth put is the JSON file's. Its answer is lost, and it comes late.
	faulty->FailCall(4, FaultMoment::LATE, StoreCall::PUT_IF_ABSENT);
	EXPECT_ERROR(WriteCheckpoint(*snapshot, context, 0, CheckpointLayout {4, random}), ErrorKind::IO,
	             "did not say whether it took the checkpoint");
	EXPECT_TRUE(TopFiles().empty());
	EXPECT_EQ(SidecarNames().size(), 3u);
	EXPECT_EQ(Load()->checkpoint_version, -1);
	EXPECT_EQ(Live(*Load()), expected);
	faulty->FlushLate();
	EXPECT_EQ(SidecarNames(), NamedSidecars());
	ForgetCommits(version);
	EXPECT_EQ(Live(*Load()), expected);
}

TEST_F(V2CheckpointTest, CopyWithAClassicNameIsAsGood) {
	const auto version = Table(9);
	const auto expected = Live(*Load());
	Write(version, 4);
	ForgetCommits(version);
	const auto top = TopFiles()[0];
	for (bool is_json : {true, false}) {
		auto copied = top;
		if (!is_json) {
			copied.path = location.LogFolder() + "/" + V(version) + ".checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11" +
			              ".parquet";
			copied.is_json = false;
			memory->Put(copied.path, TextParquetPort::Encode(ReadLogFile(location, top)));
		}
		CopyAsClassicCheckpoint(location, context, copied);
		// Another was first.
		CopyAsClassicCheckpoint(location, context, copied);
		const auto text = *memory->TryGet(copied.path);
		memory->Delete(copied.path);
		if (!is_json) {
			memory->Delete(top.path);
		}
		EXPECT_EQ(Live(*Load()), expected);
		memory->Put(copied.path, text);
		memory->Delete(ClassicCheckpointPath(location, version));
	}
}

} // namespace merganser
