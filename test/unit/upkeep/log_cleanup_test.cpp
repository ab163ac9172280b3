#include "base/error.hpp"
#include "log/checkpoint_reader.hpp"
#include "log/log_inventory.hpp"
#include "support/expect_error.hpp"
#include "upkeep_fixture.hpp"

namespace merganser {

class LogCleanupTest : public UpkeepTest {
protected:
	//! A commit a day from version 1 on, and a checkpoint every ten.
	void CommitDays(int count) {
		for (int i = 0; i < count; i++) {
			clock.AdvanceMs(DAY_MS);
			Add("f" + std::to_string(Latest()->version + 1));
			if (Latest()->version % 10 == 0) {
				Checkpoint();
			}
		}
	}
	static std::string Commit(int64_t version) {
		return VersionText(version) + ".json";
	}
	static std::string CheckpointFile(int64_t version) {
		return VersionText(version) + ".checkpoint.parquet";
	}
	//! Forgets the table, and makes another with a V2 checkpoint with sidecars every ten days.
	void CommitDaysWithSidecars(int count) {
		memory = std::make_shared<MemoryStore>(clock);
		plain.store = memory;
		location.store = std::make_shared<HookedStore>(
		    memory, [this](StoreCall call, const std::string &path) { hook(call, path); });
		hook = [](StoreCall, const std::string &) {
		};
		layout.sidecar_actions_max = 4;
		Create({{"delta.checkpointPolicy", "v2"}});
		CommitDays(count);
	}
	size_t SidecarCount() {
		return memory->List(SidecarFolder(plain), ListDepth::SHALLOW).size();
	}
	//! Every sidecar that a checkpoint names is there. Returns how many are named.
	size_t ExpectSidecars() {
		std::set<std::string> named;
		for (const auto &object : memory->List(plain.LogFolder(), ListDepth::SHALLOW)) {
			const auto file = ParseLogFileName(object.path);
			if (!file ||
			    (file->kind != LogFileKind::CHECKPOINT_UUID && file->kind != LogFileKind::CHECKPOINT_CLASSIC)) {
				continue;
			}
			for (const auto &path : SidecarPaths(plain, ReadSidecars(plain, LogContext {port}, *file))) {
				EXPECT_TRUE(memory->Head(path)) << file->path << " names " << path;
				named.insert(path);
			}
		}
		return named.size();
	}
};

TEST_F(LogCleanupTest, EveryVersionWithinTheRetentionStaysReadable) {
	Create();
	CommitDays(55);
	// The cutoff lies 30 days back, at version 25: checkpoint 20 stays, and all after it.
	const auto result = CleanUp();
	EXPECT_EQ(result.outcome, LogCleanupOutcome::DONE);
	EXPECT_GT(result.deleted_files, 20u);
	EXPECT_FALSE(IsInLog(Commit(19)));
	EXPECT_FALSE(IsInLog(CheckpointFile(10)));
	EXPECT_TRUE(IsInLog(Commit(20)));
	EXPECT_TRUE(IsInLog(CheckpointFile(20)));
	for (int64_t version = 20; version <= 55; version++) {
		ExpectReadable(version);
	}
	ExpectError(ErrorKind::NOT_FOUND, "was cleaned up: versions 20 to 55 are available", [&] { ExpectReadable(19); });
	EXPECT_EQ(CleanUp().deleted_files, 0u);
}

TEST_F(LogCleanupTest, ACommitThatLaterVersionsNeedStaysHoweverOldItIs) {
	// The only checkpoint is younger than the cutoff: all commits are needed to read the version at the cutoff.
	Create();
	CommitDays(9);
	clock.AdvanceMs(60 * DAY_MS);
	Add("late");
	Checkpoint();
	EXPECT_EQ(CleanUp().deleted_files, 0u);
	for (int64_t version = 0; version <= 10; version++) {
		ExpectReadable(version);
	}
}

TEST_F(LogCleanupTest, TheTablesPropertiesDecide) {
	Create({{"delta.enableExpiredLogCleanup", "false"}});
	CommitDays(55);
	EXPECT_EQ(CleanUp().deleted_files, 0u);
}

TEST_F(LogCleanupTest, AShorterRetentionDeletesMore) {
	Create({{"delta.logRetentionDuration", "interval 5 days"}});
	CommitDays(29);
	CleanUp();
	EXPECT_FALSE(IsInLog(Commit(19)));
	EXPECT_TRUE(IsInLog(Commit(20)));
	ExpectReadable(24);
}

TEST_F(LogCleanupTest, InCommitTimestampsCountWhereTheTableHasThem) {
	Create({{"delta.enableInCommitTimestamps", "true"}});
	CommitDays(55);
	// A copy of the log: every file is young.
	for (const auto &object : memory->List(plain.LogFolder(), ListDepth::SHALLOW)) {
		memory->Put(object.path, *memory->TryGet(object.path));
	}
	EXPECT_GT(CleanUp().deleted_files, 0u);
	EXPECT_FALSE(IsInLog(Commit(19)));
	ExpectReadable(20);
}

TEST_F(LogCleanupTest, ACheckpointThatCannotBeReadStopsIt) {
	Create();
	CommitDays(55);
	memory->Put(plain.LogFolder() + "/" + CheckpointFile(20), "no checkpoint");
	ExpectError(ErrorKind::CORRUPT, "", [&] { CleanUp(); });
	for (int64_t version = 0; version < 20; version++) {
		EXPECT_TRUE(IsInLog(Commit(version)));
	}
}

TEST_F(LogCleanupTest, ACheckpointWithTooFewFilesStopsIt) {
	Create();
	CommitDays(55);
	const auto checkpoint = plain.LogFolder() + "/" + CheckpointFile(20);
	auto text = *memory->TryGet(checkpoint);
	text.erase(text.rfind("{\"add\""));
	memory->Put(checkpoint, text);
	ExpectError(ErrorKind::CORRUPT, "tableSizeBytes", [&] { CleanUp(); });
	EXPECT_TRUE(IsInLog(Commit(0)));
}

TEST_F(LogCleanupTest, ACrashAtAnyDeleteLeavesAWholeLog) {
	for (int crash_at = 1; crash_at < 40; crash_at += 3) {
		memory = std::make_shared<MemoryStore>(clock);
		plain.store = memory;
		location.store = std::make_shared<HookedStore>(
		    memory, [this](StoreCall call, const std::string &path) { hook(call, path); });
		hook = [](StoreCall, const std::string &) {
		};
		Create();
		CommitDays(55);
		int deletes = 0;
		hook = [&](StoreCall call, const std::string &) {
			if (call == StoreCall::DELETE && ++deletes == crash_at) {
				throw Error(ErrorKind::IO, "crash");
			}
		};
		ExpectError(ErrorKind::IO, "crash", [&] { CleanUp(); });
		hook = [](StoreCall, const std::string &) {
		};
		for (int64_t version = 20; version <= 55; version++) {
			ExpectReadable(version);
		}
		// Whatever is older is readable, or said to be cleaned up.
		for (int64_t version = 0; version < 20; version++) {
			try {
				ExpectReadable(version);
			} catch (const Error &error) {
				EXPECT_EQ(error.kind, ErrorKind::NOT_FOUND) << error.what();
			}
		}
		CleanUp();
		EXPECT_FALSE(IsInLog(Commit(19)));
	}
}

TEST_F(LogCleanupTest, TwoCleanersOfDifferentAgeLeaveTheYoungersLog) {
	Create();
	CommitDays(55);
	bool is_nested = false;
	hook = [&](StoreCall call, const std::string &) {
		if (call == StoreCall::DELETE && !is_nested) {
			is_nested = true;
			// Another one, whose clock is ten days ahead.
			CleanUpLog(*Latest(), LogContext {port}, clock.NowMs() + 10 * DAY_MS);
		}
	};
	CleanUp();
	EXPECT_TRUE(is_nested);
	EXPECT_FALSE(IsInLog(Commit(29)));
	for (int64_t version = 30; version <= 55; version++) {
		ExpectReadable(version);
	}
}

TEST_F(LogCleanupTest, ALogThatWasReplacedIsLeftAlone) {
	Create();
	CommitDays(55);
	const auto looked_at = Latest();
	memory->Put(plain.CommitPath(55), "another");
	EXPECT_EQ(CleanUpLog(*looked_at, LogContext {port}, clock.NowMs()).outcome, LogCleanupOutcome::BUSY);
	EXPECT_TRUE(IsInLog(Commit(0)));
}

TEST_F(LogCleanupTest, SidecarsGoWithTheCheckpointsThatNameThem) {
	CommitDaysWithSidecars(55);
	const auto count = SidecarCount();
	EXPECT_EQ(ExpectSidecars(), count);
	CleanUp();
	// Those of checkpoint 10, which has ten files.
	EXPECT_EQ(SidecarCount(), count - 3);
	EXPECT_EQ(ExpectSidecars(), count - 3);
	for (int64_t version = 20; version <= 55; version++) {
		ExpectReadable(version);
	}
	EXPECT_EQ(CleanUp().deleted_files, 0u);
}

TEST_F(LogCleanupTest, TheLogBeginsWithACheckpointThatOldClientsFind) {
	CommitDaysWithSidecars(55);
	EXPECT_FALSE(IsInLog(CheckpointFile(20)));
	CleanUp();
	EXPECT_TRUE(IsInLog(CheckpointFile(20)));
	for (const auto &object : memory->List(plain.LogFolder(), ListDepth::SHALLOW)) {
		const auto file = ParseLogFileName(object.path);
		if (file && file->kind == LogFileKind::CHECKPOINT_UUID) {
			memory->Delete(object.path);
		}
	}
	for (int64_t version = 20; version <= 55; version++) {
		ExpectReadable(version);
	}
	// One is enough: the next time they find it, or a later one.
	layout.sidecar_actions_max = 1000;
	clock.AdvanceMs(DAY_MS);
	Add("last");
	Checkpoint();
	clock.AdvanceMs(40 * DAY_MS);
	CleanUp();
	EXPECT_TRUE(IsInLog(CheckpointFile(56)));
	EXPECT_EQ(SidecarCount(), 0u);
}

TEST_F(LogCleanupTest, NothingGoesWhereOldClientsWouldFindNothing) {
	CommitDaysWithSidecars(55);
	const auto count = SidecarCount();
	hook = [&](StoreCall call, const std::string &) {
		if (call == StoreCall::PUT_IF_ABSENT) {
			throw Error(ErrorKind::IO, "full");
		}
	};
	ExpectError(ErrorKind::IO, "full", [&] { CleanUp(); });
	EXPECT_TRUE(IsInLog(Commit(0)));
	EXPECT_EQ(SidecarCount(), count);
}

TEST_F(LogCleanupTest, ACheckpointThatLacksASidecarStopsIt) {
	CommitDaysWithSidecars(55);
	const auto inventory = LogInventory::List(plain);
	const auto sidecars = ReadSidecars(plain, LogContext {port}, inventory.checkpoints.at(20).front());
	memory->Delete(SidecarPaths(plain, sidecars).front());
	ExpectError(ErrorKind::CORRUPT, "version 20 needs a file that is not there", [&] { CleanUp(); });
	EXPECT_TRUE(IsInLog(Commit(0)));
	ExpectReadable(19);
}

TEST_F(LogCleanupTest, ACrashAtAnyDeleteLeavesEverySidecarThatIsNamed) {
	for (int crash_at : {1, 12, 25, 40, 41, 42, 43}) {
		CommitDaysWithSidecars(55);
		int deletes = 0;
		hook = [&](StoreCall call, const std::string &) {
			if (call == StoreCall::DELETE && ++deletes == crash_at) {
				throw Error(ErrorKind::IO, "crash");
			}
		};
		ExpectError(ErrorKind::IO, "crash", [&] { CleanUp(); });
		hook = [](StoreCall, const std::string &) {
		};
		ExpectSidecars();
		for (int64_t version = 20; version <= 55; version++) {
			ExpectReadable(version);
		}
		CleanUp();
		EXPECT_EQ(ExpectSidecars(), SidecarCount());
	}
}

TEST_F(LogCleanupTest, SidecarsThatNoCheckpointNamesGo) {
	Create({{"delta.feature.v2Checkpoint", "supported"}});
	const auto folder = plain.LogFolder() + "/_sidecars/";
	memory->Put(folder + "named.parquet", TextParquetPort::Encode({NewFile("s")}));
	memory->Put(folder + "unnamed.parquet", "x");
	const auto current = Latest();
	Sidecar sidecar;
	sidecar.path = "named.parquet";
	memory->Put(plain.LogFolder() + "/" + VersionText(0) + ".checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet",
	            TextParquetPort::Encode({CheckpointMetadata {}, current->configuration->GetProtocol(),
	                                     current->configuration->GetMetadata(), sidecar}));
	clock.AdvanceMs(3 * DAY_MS);
	memory->Put(folder + "young.parquet", "x");
	EXPECT_EQ(CleanUp().deleted_files, 1u);
	EXPECT_TRUE(memory->Head(folder + "named.parquet"));
	EXPECT_FALSE(memory->Head(folder + "unnamed.parquet"));
	EXPECT_TRUE(memory->Head(folder + "young.parquet"));
}

} // namespace merganser
