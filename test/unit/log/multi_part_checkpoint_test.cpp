#include "log/checkpoint_writer.hpp"
#include "log/part_writer.hpp"
#include "log_fixture.hpp"
#include "store/faulty_store.hpp"

#include <algorithm>

namespace merganser {

namespace {

class MultiPartCheckpointTest : public LogTest {
protected:
	static Protocol WithoutV2() {
		auto protocol = Features();
		std::erase(*protocol.reader_features, "v2Checkpoint");
		std::erase(*protocol.writer_features, "v2Checkpoint");
		return protocol;
	}
	//! A table of so many files, two of them removed, with a transaction and a domain. Returns its newest version.
	int64_t Table(int file_count, const std::string &part_size, const Protocol &protocol = WithoutV2()) {
		std::vector<Action> actions {protocol, Meta({}, {{"merganser.checkpointPartSize", part_size}}),
		                             SetTransaction {"app", 1, 2}, DomainMetadata {"d", "{}", false}};
		for (int i = 0; i < file_count + 2; i++) {
			actions.emplace_back(Add("f" + std::to_string(i), i, i % 3 == 0 ? "v" + std::to_string(i) : ""));
			std::get<AddFile>(actions.back()).stats = Stats(10, i, i);
		}
		Commit(0, actions);
		Commit(1, {Remove("f0", "v0"), Remove("f1")});
		return 1;
	}
	void Write(int64_t version, int64_t now_ms = 0) {
		WriteCheckpoint(*LoadSnapshot(location, context, version), context, now_ms);
	}
	std::vector<LogFile> Parts() {
		return LogFilesOf(LogFileKind::CHECKPOINT_PART);
	}
	void DropParts() {
		for (const auto &part : Parts()) {
			memory->Delete(part.path);
		}
	}
};

} // namespace

TEST(PartCountTest, PartsHoldAtMostSoManyFilesUntilThereAreMany) {
	EXPECT_EQ(PartCount(0, 10), 1u);
	EXPECT_EQ(PartCount(10, 10), 1u);
	EXPECT_EQ(PartCount(11, 10), 2u);
	EXPECT_EQ(PartCount(1000, 1), 32u);
	EXPECT_EQ(PartCount(UINT64_MAX, 1), 32u);
}

TEST_F(MultiPartCheckpointTest, EveryActionIsInOnePart) {
	const auto version = Table(40, "10");
	const auto expected = Live(*Load());
	Write(version);
	const auto parts = Parts();
	ASSERT_EQ(parts.size(), 4u);
	std::vector<Action> all;
	for (const auto &part : parts) {
		EXPECT_EQ(part.parts, 4u);
		const auto actions = ActionsIn(part.path);
		EXPECT_GT(Of<AddFile>(actions).size(), 2u) << "spread by a hash";
		all.insert(all.end(), actions.begin(), actions.end());
	}
	EXPECT_EQ(Of<AddFile>(all).size(), 40u);
	EXPECT_EQ(Of<RemoveFile>(all).size(), 2u);
	EXPECT_EQ(Of<SetTransaction>(all).size() + Of<DomainMetadata>(all).size(), 2u);
	EXPECT_EQ(Of<Metadata>(ActionsIn(parts[0].path)).size(), 1u);
	const auto hint = *memory->TryGet(LastCheckpointPath(location));
	EXPECT_NE(hint.find(R"("version":1,"size":46,)"), std::string::npos) << hint;
	EXPECT_NE(hint.find(R"("numOfAddFiles":40,"parts":4)"), std::string::npos) << hint;
	ForgetCommits(version);
	EXPECT_EQ(Live(*Load()), expected);
	EXPECT_EQ(Load()->checkpoint_version, version);
}

TEST_F(MultiPartCheckpointTest, TheNextOneIsMadeFromIt) {
	auto version = Table(40, "10");
	Write(version);
	Commit(++version, {Remove("f7"), Add("new"), Remove("f9", "v9"), Add("f9", 9, "other")});
	const auto expected = Live(*Load());
	Write(version);
	ForgetCommits(version);
	EXPECT_EQ(Load()->checkpoint_version, version);
	EXPECT_EQ(Live(*Load()), expected);
}

TEST_F(MultiPartCheckpointTest, OneFileWhereTheTableSaysNothingIsSmallOrKnowsV2) {
	Write(Table(40, "0"));
	EXPECT_TRUE(Parts().empty());
	DropLog(V(1) + ".checkpoint.parquet");
	Write(Table(40, "40"));
	EXPECT_TRUE(Parts().empty());
	DropLog(V(1) + ".checkpoint.parquet");
	Write(Table(40, "10", Features()));
	EXPECT_TRUE(Parts().empty());
	EXPECT_EQ(Load()->checkpoint_version, 1);
}

TEST_F(MultiPartCheckpointTest, PartsOfTwoWritersAreTheSameFiles) {
	const auto version = Table(40, "10");
	const auto expected = Live(*Load());
	Write(version);
	std::vector<std::string> first;
	for (const auto &part : Parts()) {
		first.push_back(*memory->TryGet(part.path));
		memory->Delete(part.path);
	}
	// The other one has no tombstones any more, and another checkpoint to begin with.
	memory->Delete(LastCheckpointPath(location));
	Write(0);
	Write(version, 1000LL * 24 * 3600 * 1000);
	auto second = Parts();
	std::erase_if(second, [&](const LogFile &part) { return part.version != version; });
	ASSERT_EQ(second.size(), first.size());
	size_t differing = 0;
	for (size_t mixed = 0; mixed < first.size(); mixed++) {
		differing += *memory->TryGet(second[mixed].path) != first[mixed];
		memory->Put(second[mixed].path, first[mixed]);
		EXPECT_EQ(Load()->checkpoint_version, version);
		EXPECT_EQ(Live(*Load()), expected);
	}
	EXPECT_GT(differing, 0u);
}

TEST_F(MultiPartCheckpointTest, WhereAPartIsTakenNoneIsLeft) {
	auto version = Table(40, "10");
	const auto expected = Live(*Load());
	const auto theirs = CheckpointPartPath(location, version, 2, 4);
	memory->Put(theirs, "of somebody else");
	Write(version);
	ASSERT_EQ(Parts().size(), 1u);
	EXPECT_EQ(*memory->TryGet(theirs), "of somebody else");
	EXPECT_FALSE(memory->TryGet(LastCheckpointPath(location)));
	EXPECT_EQ(Live(*Load()), expected);
	// A later version has its own names.
	Commit(++version, {Add("new")});
	Write(version);
	EXPECT_EQ(Load()->checkpoint_version, version);
}

TEST_F(MultiPartCheckpointTest, EveryCallMayFailAndNothingIsBroken) {
	auto version = Table(40, "10");
	Write(version);
	Commit(++version, {Remove("f5"), Add("new")});
	const auto expected = Live(*Load());
	uint64_t complete_count = 0;
	bool failed = true;
	for (uint64_t nth = 1; failed && nth < 100; nth++) {
		for (auto moment : {FaultMoment::BEFORE, FaultMoment::AFTER, FaultMoment::LATE}) {
			auto faulty = std::make_shared<FaultyStore>(memory);
			auto broken = location;
			broken.store = faulty;
			auto snapshot = LoadSnapshot(broken, context);
			faulty->FailCall(nth, moment);
			bool has_thrown = false;
			try {
				WriteCheckpoint(*snapshot, context, 0);
			} catch (const Error &error) {
				has_thrown = true;
				EXPECT_EQ(int(error.kind), int(ErrorKind::IO)) << error.what();
			}
			failed = faulty->FaultCount() > 0;
			faulty->FlushLate();
			EXPECT_EQ(Live(*Load()), expected);
			const auto is_complete = Load()->checkpoint_version == version;
			EXPECT_EQ(is_complete, !has_thrown);
			complete_count += is_complete;
			for (const auto &part : Parts()) {
				if (part.version == version) {
					memory->Delete(part.path);
				}
			}
		}
	}
	EXPECT_FALSE(failed);
	EXPECT_GT(complete_count, 2u);
}

TEST_F(MultiPartCheckpointTest, DamageInThePreviousOneEndsInAnErrorAndLeavesNothing) {
	auto version = Table(40, "10");
	Write(version);
	const auto damaged = Parts()[1];
	Commit(++version, {Add("new")});
	const auto snapshot = Load();
	memory->Put(damaged.path, "no Parquet file");
	EXPECT_ERROR(WriteCheckpoint(*snapshot, context, 0), ErrorKind::CORRUPT, "");
	EXPECT_EQ(Parts().size(), 4u);
}

} // namespace merganser
