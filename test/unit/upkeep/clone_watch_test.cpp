#include "base/uri.hpp"
#include "protocol/action_json.hpp"
#include "protocol/dropped_table_mark.hpp"
#include "support/disk_in_memory.hpp"
#include "support/expect_error.hpp"
#include "txn/clone.hpp"
#include "upkeep/clone_claim.hpp"
#include "upkeep/clone_watch.hpp"
#include "upkeep_fixture.hpp"

namespace merganser {

namespace {

class CloneWatchTest : public UpkeepTest {
protected:
	CloneWatchTest() {
		memory = std::make_shared<DiskInMemory>(clock);
		plain.store = memory;
		location.store = std::make_shared<HookedStore>(memory, [this](StoreCall call, const std::string &path) {
			// A copy: it may put another in its place.
			if (const auto current = hook) {
				current(call, path);
			}
		});
	}
	//! Markers only: the clone is not committed.
	std::vector<std::string> Claim(const TableLocation &source, const std::string &clone_root,
	                               std::optional<int64_t> version = std::nullopt) {
		const auto newest = LoadSnapshot(source, LogContext {port});
		const auto cloned = version ? LoadSnapshot(source, LogContext {port}, *version) : newest;
		change = PlanShallowClone(*cloned, NextUuid, counts);
		return ClaimFiles({*cloned, newest, change, clone_root}, Environment());
	}
	TableLocation Clone(const TableLocation &source, const std::string &clone_root,
	                    std::optional<int64_t> version = std::nullopt) {
		Claim(source, clone_root, version);
		CommitRequest request;
		request.location = {memory, clone_root, clone_root};
		request.change = change;
		request.engine_info = "Merganser/test";
		const auto result = CommitChange(request, Environment());
		EXPECT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
		return request.location;
	}
	void DeleteBelow(const std::string &folder) {
		for (const auto &[path, bytes] : memory->Contents()) {
			if (path.starts_with(folder + "/")) {
				memory->Delete(path);
			}
		}
	}
	void Drop(const TableLocation &clone) {
		DeleteBelow(clone.root);
		memory->Put(std::string(ParentOf(clone.root)) + "/neighbour", "");
	}
	size_t MarkerCount(const TableLocation &table) {
		return ListCloneMarkers(table).size();
	}
	VacuumResult VacuumAll() {
		return Vacuum(0, false);
	}

	TableChange change;
	CloneCounts counts;
};

TEST_F(CloneWatchTest, VacuumKeepsWhatACloneNeeds) {
	Create();
	Add("a");
	Overwrite("b");
	Overwrite("c");
	const auto clone = Clone(plain, "/tests/c", 2);
	clock.AdvanceMs(1000);
	EXPECT_EQ(PlanVacuum(Request(0, false), Environment()).Count(), 1u);
	EXPECT_EQ(VacuumAll().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "b c ");
	EXPECT_EQ(FindCloneNeed(plain, LogContext {port}, clock.NowMs())->file, "/lake/t/b");
	EXPECT_FALSE(FindCloneNeed(plain, LogContext {port}, clock.NowMs(), "/tests"));
	ExpectError(ErrorKind::INVALID_INPUT, "DROP: the shallow clone '/tests/c' needs files of the table",
	            [&] { CheckNoCloneNeeds(plain, LogContext {port}, clock.NowMs(), "DROP"); });
}

TEST_F(CloneWatchTest, ItsOlderVersionsCountWithinItsOwnRetention) {
	Create();
	Add("a");
	const auto clone = Clone(plain, "/tests/c");
	Overwrite("b");
	TableChange removal;
	const auto base = LoadSnapshot(clone, LogContext {port});
	removal.operation = "DELETE";
	RemoveAllFiles(*base, clock.NowMs(), removal);
	CommitRequest request;
	request.location = clone;
	request.base = base;
	request.change = removal;
	ASSERT_EQ(CommitChange(request, Environment()).outcome, CommitOutcome::COMMITTED);
	clock.AdvanceMs(6 * DAY_MS);
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	clock.AdvanceMs(2 * DAY_MS);
	EXPECT_EQ(VacuumAll().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "b ");
}

TEST_F(CloneWatchTest, OneThatIsOnItsWayCounts) {
	Create();
	Add("a");
	Claim(plain, "/tests/c");
	memory->Put("/tests/neighbour", "");
	Overwrite("b");
	clock.AdvanceMs(HOUR_MS);
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	// A day later nobody is about to commit it any more.
	clock.AdvanceMs(DAY_MS);
	EXPECT_EQ(VacuumAll().deleted_files, 1u);
	EXPECT_EQ(MarkerCount(plain), 0u);
}

TEST_F(CloneWatchTest, TheFirstOneOfASchemaThatHasNoFolderYetCounts) {
	Create();
	Add("a");
	Claim(plain, "/tests/main/c");
	Overwrite("b");
	clock.AdvanceMs(HOUR_MS);
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	EXPECT_EQ(MarkerCount(plain), 1u);
}

TEST_F(CloneWatchTest, OneThatComesToBeBetweenTwoLooksCounts) {
	Create();
	Add("a");
	const auto clone = Clone(plain, "/tests/c");
	Overwrite("b");
	clock.AdvanceMs(1000);
	// The folder of its log is there, and nothing in it before it is listed for the second time.
	const auto commit = *memory->TryGet(clone.CommitPath(0));
	memory->Delete(clone.CommitPath(0));
	memory->CreateFolder(clone.LogFolder());
	int lists = 0;
	hook = [&](StoreCall call, const std::string &path) {
		if (call == StoreCall::LIST && path == clone.LogFolder() && ++lists == 2) {
			hook = nullptr;
			memory->Put(clone.CommitPath(0), commit);
		}
	};
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	EXPECT_FALSE(hook);
	EXPECT_EQ(MarkerCount(plain), 1u);
}

TEST_F(CloneWatchTest, OneThatIsBeingDroppedDoesNotStopVacuum) {
	Create();
	Add("a");
	const auto clone = Clone(plain, "/tests/c");
	auto dropped = LoadSnapshot(clone, LogContext {port})->configuration->GetMetadata();
	dropped.configuration[DROPPED_PROPERTY] = "true";
	memory->Put(clone.CommitPath(1), WriteAction(dropped) + "\n");
	Overwrite("b");
	clock.AdvanceMs(30 * DAY_MS);
	// Its oldest commits are gone, and the last one goes between the look at the folder and its reading.
	memory->Delete(clone.CommitPath(0));
	hook = [&](StoreCall call, const std::string &path) {
		if (call == StoreCall::GET && path == clone.CommitPath(1)) {
			hook = nullptr;
			Drop(clone);
		}
	};
	EXPECT_EQ(VacuumAll().deleted_files, 1u);
	EXPECT_FALSE(hook);
	EXPECT_EQ(MarkerCount(plain), 0u);
}

TEST_F(CloneWatchTest, OneThatIsGoneCountsAsLongAsRemovedFilesAreKept) {
	Create();
	Add("a");
	Drop(Clone(plain, "/tests/c"));
	Overwrite("b");
	clock.AdvanceMs(6 * DAY_MS);
	EXPECT_EQ(Vacuum(5 * DAY_MS, false).deleted_files, 1u) << "older than the retention that was asked for";
	EXPECT_EQ(MarkerCount(plain), 0u);
}

TEST_F(CloneWatchTest, NothingIsDeletedWhereNobodyCanTell) {
	Create();
	Add("a");
	const auto clone = Clone(plain, "/tests/c");
	Overwrite("b");
	clock.AdvanceMs(30 * DAY_MS);
	const auto commit = *memory->TryGet(clone.CommitPath(0));
	memory->Put(clone.CommitPath(0), "{\"add\":");
	ExpectError(ErrorKind::CORRUPT, "its shallow clone '/tests/c' may need files of it", [&] { Vacuum(); });
	// As on a disk that is not mounted.
	DeleteBelow("/tests");
	ExpectError(ErrorKind::IO, "its shallow clone '/tests/c' may need files of it", [&] { Vacuum(); });
	ExpectError(ErrorKind::IO, "delete '/lake/t/_delta_log/_merganser_clones/", [&] { Vacuum(); });
	EXPECT_EQ(DataFiles(), "a b ");
	memory->Put(clone.CommitPath(0), commit);
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	const auto marker = ListCloneMarkers(plain)[0].path;
	memory->Put(marker, "{}");
	ExpectError(ErrorKind::CORRUPT, "with the marker '" + marker + "'", [&] { Vacuum(); });
	EXPECT_EQ(DataFiles(), "a b ");
}

TEST_F(CloneWatchTest, ACloneThatBeginsWhileVacuumDeletesIsSeen) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(1000);
	hook = [&](StoreCall call, const std::string &path) {
		// Between the plan and its first batch.
		if (call == StoreCall::PUT_IF_ABSENT && path == plain.CommitPath(3)) {
			hook = nullptr;
			Clone(plain, "/tests/c", 1);
		}
	};
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	EXPECT_FALSE(hook);
	EXPECT_EQ(DataFiles(), "a b ");
}

TEST_F(CloneWatchTest, AfterVacuumAnOlderVersionIsNotCloned) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(1000);
	EXPECT_EQ(VacuumAll().deleted_files, 1u);
	ExpectError(ErrorKind::NOT_FOUND, "1 of the version's files are gone", [&] { Claim(plain, "/tests/c", 1); });
	EXPECT_EQ(MarkerCount(plain), 0u);
	Claim(plain, "/tests/c");
	EXPECT_EQ(MarkerCount(plain), 1u);
}

TEST_F(CloneWatchTest, EveryTableWhoseFilesItNamesKnowsOfIt) {
	Create();
	Add("a");
	const auto first = Clone(plain, "/tests/first");
	const auto second = Clone(first, "/tests/second");
	EXPECT_EQ(MarkerCount(plain), 2u);
	EXPECT_EQ(MarkerCount(first), 1u);
	DeleteMarkers(*memory, {ListCloneMarkers(plain)[0].path});
	Drop(first);
	Overwrite("b");
	clock.AdvanceMs(1000);
	EXPECT_EQ(VacuumAll().deleted_files, 0u);
	EXPECT_EQ(DataFiles(), "a b ");
}

TEST_F(CloneWatchTest, MarkersFollowARename) {
	Create();
	Add("a");
	const auto clone = Clone(plain, "/tests/c");
	std::vector<std::string> markers;
	for (const auto &marker : ListCloneMarkers(plain)) {
		markers.push_back(marker.path);
	}
	PutNote(*memory, MakeCloneOrigin(clone, random.Uuid(), markers));
	const auto origins = ReadCloneOrigins(clone);
	EXPECT_EQ(origins.markers, markers);
	const auto copies = CopyMarkers(clone, origins, "/tests/d", random);
	ASSERT_EQ(copies.size(), 1u);
	DeleteMarkers(*memory, markers);
	const auto marker = ReadCloneMarker(*memory, ListCloneMarkers(plain)[0]);
	EXPECT_EQ(marker.path, copies[0]);
	EXPECT_EQ(marker.clone_root, "/tests/d");
	EXPECT_EQ(marker.source_root, "/lake/t");
	EXPECT_EQ(marker.source_version, 1);
}

} // namespace

} // namespace merganser
