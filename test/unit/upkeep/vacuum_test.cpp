#include "base/error.hpp"
#include "support/expect_error.hpp"
#include "txn/restore.hpp"
#include "upkeep_fixture.hpp"

namespace merganser {

using VacuumTest = UpkeepTest;

TEST_F(VacuumTest, FilesThatNoVersionWithinTheRetentionNeedsGo) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(6 * DAY_MS);
	Overwrite("c");
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	clock.AdvanceMs(2 * DAY_MS);
	// `a` was removed eight days ago, `b` two.
	const auto result = Vacuum();
	EXPECT_EQ(result.deleted_files, 1u);
	EXPECT_EQ(result.deleted_bytes, 10u);
	EXPECT_EQ(DataFiles(), "b c ");
	ExpectReadable(2);
	ExpectReadable(3);
}

TEST_F(VacuumTest, ItIsTwoCommitsThatChangeNothing) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	const auto before = Latest();
	const auto result = Vacuum(10 * DAY_MS);
	EXPECT_EQ(Latest()->version, before->version) << "nothing to delete, nothing to say";
	EXPECT_EQ(Vacuum(8 * DAY_MS - HOUR_MS).deleted_files, 1u);
	EXPECT_EQ(OperationOf(before->version + 1), "VACUUM START");
	EXPECT_EQ(OperationOf(before->version + 2), "VACUUM END");
	EXPECT_EQ(Latest()->files.LiveCount(), 1u);
	const auto start = *memory->TryGet(plain.CommitPath(before->version + 1));
	for (const auto *text :
	     {R"("retentionCheckEnabled":"true")", R"("defaultRetentionMillis":"604800000")",
	      R"("specifiedRetentionMillis":"687600000")", R"("numFilesToDelete":"1")", R"("sizeOfDataToDelete":"10")"}) {
		EXPECT_NE(start.find(text), std::string::npos) << start;
	}
	const auto end = *memory->TryGet(plain.CommitPath(before->version + 2));
	for (const auto *text : {R"("status":"COMPLETED")", R"("numDeletedFiles":"1")"}) {
		EXPECT_NE(end.find(text), std::string::npos) << end;
	}
	EXPECT_EQ(end.find("\"add\""), std::string::npos);
}

TEST_F(VacuumTest, LessThanTheTablesRetentionIsRefusedByDefault) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(DAY_MS);
	ExpectError(ErrorKind::INVALID_INPUT, "merganser_vacuum_retention_check", [&] { Vacuum(HOUR_MS); });
	ExpectError(ErrorKind::INVALID_INPUT, "1 hour is less than the 7 days", [&] { Vacuum(HOUR_MS); });
	ExpectError(ErrorKind::INVALID_INPUT, "cannot be negative", [&] { Vacuum(-1, false); });
	EXPECT_EQ(DataFiles(), "a b ");
	EXPECT_EQ(Vacuum(HOUR_MS, false).deleted_files, 1u);
}

TEST_F(VacuumTest, TheTablesOwnRetentionCounts) {
	Create({{"delta.deletedFileRetentionDuration", "interval 2 hours"}});
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(HOUR_MS);
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	clock.AdvanceMs(2 * HOUR_MS);
	EXPECT_EQ(Vacuum().deleted_files, 1u);
}

TEST_F(VacuumTest, YoungFilesOfWritersInFlightStay) {
	Create();
	memory->Put("/lake/t/orphan", "x");
	clock.AdvanceMs(6 * DAY_MS);
	memory->Put("/lake/t/in-flight", "x");
	clock.AdvanceMs(2 * DAY_MS);
	EXPECT_EQ(Vacuum().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "in-flight ");
}

TEST_F(VacuumTest, TombstonesThatACheckpointForgotAreFoundInTheCommits) {
	// The checkpoint remembers an hour; the VACUUM keeps a week.
	Create({{"delta.deletedFileRetentionDuration", "interval 1 hour"}});
	Add("a");
	clock.AdvanceMs(8 * DAY_MS);
	Overwrite("b");
	clock.AdvanceMs(2 * HOUR_MS);
	Checkpoint();
	EXPECT_EQ(Vacuum(7 * DAY_MS).deleted_files, 0u);
	ExpectReadable(1);
}

TEST_F(VacuumTest, AWrongClockInATombstoneDeletesNothing) {
	Create();
	Add("a");
	clock.AdvanceMs(30 * DAY_MS);
	// Removed a moment ago, by a writer whose clock stands at 1970, and by one that does not say when.
	PutForeign(2, R"({"remove":{"path":"a","deletionTimestamp":1,"dataChange":true}})");
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	ExpectReadable(1);
}

TEST_F(VacuumTest, WithInCommitTimestampsTheEarlierOfBothTimesCounts) {
	Create({{"delta.enableInCommitTimestamps", "true"}});
	Add("a");
	clock.AdvanceMs(10 * DAY_MS);
	Overwrite("b");
	// The log was copied: its files are younger than the commits say.
	clock.AdvanceMs(10 * DAY_MS);
	for (int64_t version = 0; version <= 2; version++) {
		const auto path = plain.CommitPath(version);
		memory->Put(path, *memory->TryGet(path));
	}
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	clock.AdvanceMs(10 * DAY_MS);
	EXPECT_EQ(Vacuum().deleted_files, 1u);
}

TEST_F(VacuumTest, WhatIsCommittedBetweenThePlanAndTheStartStays) {
	Create();
	Add("a");
	const auto old = Latest();
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	bool is_restored = false;
	hook = [&](StoreCall call, const std::string &path) {
		if (call == StoreCall::PUT_IF_ABSENT && path == plain.CommitPath(3) && !is_restored) {
			is_restored = true;
			RestoreCounts counts;
			auto change = PlanRestore(*Latest(), *old, clock.NowMs(), counts);
			CheckAddedFilesExist(plain, change);
			Change(std::move(change), Latest());
		}
	};
	EXPECT_EQ(Vacuum().deleted_files, 0u);
	EXPECT_TRUE(is_restored);
	EXPECT_EQ(OperationOf(3), "RESTORE");
	EXPECT_EQ(OperationOf(4), "VACUUM START");
	ExpectReadable(3);
	ExpectReadable(5);
}

TEST_F(VacuumTest, WhatIsCommittedWhileItDeletesStays) {
	Create();
	// Two batches.
	TableChange change;
	change.operation = "WRITE";
	for (int i = 0; i < 1500; i++) {
		change.added_files.push_back(NewFile("f" + std::to_string(10000 + i)));
	}
	Change(std::move(change), Latest());
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	size_t deletes = 0;
	hook = [&](StoreCall call, const std::string &) {
		if (call == StoreCall::DELETE && ++deletes == 1000) {
			// Another engine brings the last file back.
			PutForeign(
			    4,
			    R"({"add":{"path":"f11499","partitionValues":{},"size":10,"modificationTime":1,"dataChange":true}})");
		}
	};
	EXPECT_EQ(Vacuum().deleted_files, 1499u);
	EXPECT_EQ(DataFiles(), "b f11499 ");
	EXPECT_EQ(OperationOf(3), "VACUUM START");
	EXPECT_EQ(OperationOf(5), "VACUUM END");
}

TEST_F(VacuumTest, ARestoreThatWasPlannedBeforeConflictsWithTheStart) {
	Create();
	Add("a");
	const auto old = Latest();
	Overwrite("b");
	const auto current = Latest();
	clock.AdvanceMs(8 * DAY_MS);
	RestoreCounts counts;
	CommitRequest request;
	request.location = plain;
	request.base = current;
	request.change = PlanRestore(*current, *old, clock.NowMs(), counts);
	CheckAddedFilesExist(plain, request.change);
	EXPECT_EQ(Vacuum().deleted_files, 1u);
	request.engine_info = "Merganser/test";
	const auto result = CommitChange(request, Environment());
	EXPECT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->winner_operation, "VACUUM START");
}

TEST_F(VacuumTest, WritersDoNotConflictWithIt) {
	Create();
	Add("a");
	Overwrite("b");
	const auto base = Latest();
	clock.AdvanceMs(8 * DAY_MS);
	Vacuum();
	TableChange change;
	change.operation = "WRITE";
	RemoveAllFiles(*base, clock.NowMs(), change);
	CommitRequest request;
	request.location = plain;
	request.base = base;
	request.change = std::move(change);
	request.read_set.whole_table = true;
	request.engine_info = "Merganser/test";
	EXPECT_EQ(CommitChange(request, Environment()).outcome, CommitOutcome::COMMITTED);
}

TEST_F(VacuumTest, ATableThatWasReplacedIsLeftAlone) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	hook = [&](StoreCall call, const std::string &path) {
		if (call == StoreCall::DELETE && path == "/lake/t/a") {
			return;
		}
		if (call == StoreCall::PUT_IF_ABSENT && path == plain.CommitPath(3)) {
			PutForeign(3, R"({"metaData":{"id":"another","format":{"provider":"parquet","options":{}},"schemaString":)"
			              R"("{\"type\":\"struct\",\"fields\":[]}","partitionColumns":[],"configuration":{}}})");
		}
	};
	ExpectError(ErrorKind::NOT_FOUND, "replaced the table meanwhile", [&] { Vacuum(); });
	EXPECT_EQ(DataFiles(), "a b ");
}

TEST_F(VacuumTest, AFileThatCannotBeDeletedIsReportedAndTheOthersGo) {
	Create();
	Add("a");
	Add("b");
	Overwrite("c");
	clock.AdvanceMs(8 * DAY_MS);
	hook = [&](StoreCall call, const std::string &path) {
		if (call == StoreCall::DELETE && path == "/lake/t/a") {
			throw Error(ErrorKind::PERMISSION, "not yours");
		}
	};
	ExpectError(ErrorKind::IO, "1 files could not be deleted, the first one because of: not yours", [&] { Vacuum(); });
	EXPECT_EQ(DataFiles(), "a c ");
	EXPECT_NE(memory->TryGet(plain.CommitPath(5))->find("FAILED"), std::string::npos);
}

TEST_F(VacuumTest, ATableOfUnknownFeaturesIsNotTouched) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	PutForeign(3,
	           R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["keepsFilesElsewhere"]}})");
	ExpectError(ErrorKind::UNSUPPORTED, "keepsFilesElsewhere", [&] { Vacuum(); });
	ExpectError(ErrorKind::UNSUPPORTED, "keepsFilesElsewhere", [&] { PlanVacuum(Request(), Environment()); });
	EXPECT_EQ(DataFiles(), "a b ");
}

TEST_F(VacuumTest, ALogThatCannotBeReadDeletesNothing) {
	Create();
	Add("a");
	Overwrite("b");
	const auto request = Request();
	clock.AdvanceMs(8 * DAY_MS);
	memory->Put(plain.CommitPath(2), "{\"remove\":");
	ExpectError(ErrorKind::CORRUPT, "", [&] { RunVacuum(request, Environment(), OneByOne); });
	EXPECT_EQ(DataFiles(), "a b ");
}

} // namespace merganser
