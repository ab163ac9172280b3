#include "base/error.hpp"
#include "support/expect_error.hpp"
#include "txn/restore.hpp"
#include "upkeep/last_vacuum.hpp"
#include "upkeep_fixture.hpp"

namespace merganser {

class VacuumLiteTest : public UpkeepTest {
protected:
	std::optional<int64_t> Followed() {
		return TryReadLastVacuum(plain, Latest()->version);
	}
	//! As after a clean-up of the log: a checkpoint, and no commits before `version`.
	void ForgetCommitsBefore(int64_t version) {
		Checkpoint();
		for (int64_t old = 0; old < version; old++) {
			memory->Delete(plain.CommitPath(old));
		}
	}
	VacuumRequest LiteRequest(uint64_t files_max = UINT64_MAX,
	                          std::optional<RemovedFilesPosition> begin = std::nullopt) {
		auto request = Request();
		request.kind = VacuumKind::LITE;
		request.files_max = files_max;
		request.begin = begin;
		return request;
	}
};

TEST_F(VacuumLiteTest, RemovedFilesGoAndForeignOnesStay) {
	Create();
	memory->Put("/lake/t/orphan", "x");
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(6 * DAY_MS);
	Overwrite("c");
	EXPECT_EQ(VacuumLite().deleted_files, 0u);
	clock.AdvanceMs(2 * DAY_MS);
	const auto result = VacuumLite();
	EXPECT_EQ(result.deleted_files, 1u);
	EXPECT_EQ(result.deleted_bytes, 10u);
	EXPECT_EQ(DataFiles(), "b c orphan ");
	ExpectReadable(2);
	ExpectReadable(3);
	EXPECT_EQ(OperationOf(4), "VACUUM START");
	EXPECT_EQ(OperationOf(5), "VACUUM END");
}

TEST_F(VacuumLiteTest, ItDoesNotWalk) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	size_t lists_of_data = 0;
	hook = [&](StoreCall call, const std::string &path) {
		lists_of_data += call == StoreCall::LIST && path.find("_delta_log") == std::string::npos;
	};
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
	EXPECT_EQ(lists_of_data, 0u);
}

TEST_F(VacuumLiteTest, ACommitIsFollowedOnce) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	EXPECT_EQ(Followed(), std::nullopt);
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
	EXPECT_EQ(Followed(), 2);
	EXPECT_EQ(*memory->TryGet("/lake/t/_delta_log/_last_vacuum_info"),
	          "{\"latestCommitVersionOutsideOfRetentionWindow\":2}\n");
	size_t reads = 0;
	hook = [&](StoreCall call, const std::string &path) {
		reads += call == StoreCall::GET && path == plain.CommitPath(2);
	};
	Overwrite("c");
	// Else what is kept is read from there too.
	Checkpoint();
	clock.AdvanceMs(8 * DAY_MS);
	const auto request = LiteRequest();
	reads = 0;
	EXPECT_EQ(RunVacuum(request, Environment(), OneByOne).deleted_files, 1u);
	EXPECT_EQ(reads, 0u);
	// START and END, the overwrite.
	EXPECT_EQ(Followed(), 5);
	EXPECT_EQ(DataFiles(), "c ");
}

TEST_F(VacuumLiteTest, TheFullOneNotesHowFarItCameToo) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	EXPECT_EQ(Vacuum().deleted_files, 1u);
	EXPECT_EQ(Followed(), 2);
	Overwrite("c");
	clock.AdvanceMs(8 * DAY_MS);
	ForgetCommitsBefore(3);
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
}

TEST_F(VacuumLiteTest, WithoutTheCommitsItNamesTheFullOne) {
	Create();
	Add("a");
	Overwrite("b");
	Overwrite("c");
	clock.AdvanceMs(8 * DAY_MS);
	ForgetCommitsBefore(3);
	ExpectError(ErrorKind::INVALID_INPUT, "the commit of version 0 is no longer in the log", [&] { VacuumLite(); });
	ExpectError(ErrorKind::INVALID_INPUT, "run the full VACUUM, without LITE",
	            [&] { PlanVacuum(LiteRequest(), Environment()); });
	EXPECT_EQ(DataFiles(), "a b c ");
	// A note of another table, or of none at all, is no note.
	memory->Put("/lake/t/_delta_log/_last_vacuum_info", "{\"latestCommitVersionOutsideOfRetentionWindow\":99}");
	ExpectError(ErrorKind::INVALID_INPUT, "no longer in the log", [&] { VacuumLite(); });
	memory->Put("/lake/t/_delta_log/_last_vacuum_info", "{}");
	ExpectError(ErrorKind::INVALID_INPUT, "no longer in the log", [&] { VacuumLite(); });
	memory->Put("/lake/t/_delta_log/_last_vacuum_info", "{\"latestCommitVersionOutsideOfRetentionWindow\":2}");
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "a c ");
}

TEST_F(VacuumLiteTest, WhatWasBroughtBackStays) {
	Create();
	Add("a");
	const auto old = Latest();
	Overwrite("b");
	RestoreCounts counts;
	Change(PlanRestore(*Latest(), *old, clock.NowMs(), counts), Latest());
	clock.AdvanceMs(8 * DAY_MS);
	// `a` is live again, `b` was removed by the restore.
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "a ");
	Overwrite("c");
	clock.AdvanceMs(8 * DAY_MS);
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
	EXPECT_EQ(DataFiles(), "c ");
}

TEST_F(VacuumLiteTest, VectorsAndChangeFilesGoLiveVectorsStay) {
	Create();
	const std::string vector = R"("deletionVector":{"storageType":"u","pathOrInlineDv":")";
	const std::string first = vector + R"(ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6})";
	const std::string second = vector + R"(cd^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":7})";
	const std::string first_path = "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
	const std::string second_path = "cd/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
	for (const auto &path : {std::string("a"), first_path, second_path, std::string("_change_data/c"),
	                         std::string("_hidden/h"), std::string("other/_delta_log/0"), std::string("other/o")}) {
		memory->Put("/lake/t/" + path, "x");
	}
	const auto add = [](const std::string &more) {
		return R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true)" + more +
		       "}}\n";
	};
	const auto remove = [](const std::string &path, const std::string &more) {
		return R"({"remove":{"path":")" + path + R"(","deletionTimestamp":1,"dataChange":true)" + more + "}}\n";
	};
	PutForeign(1, add("," + first));
	PutForeign(2, remove("a", "," + first) + add("," + second) +
	                  R"({"cdc":{"path":"_change_data/c","partitionValues":{},"size":1,"dataChange":false}})" + "\n" +
	                  remove("_hidden/h", "") + remove("other/o", "") + remove("/lake/t/a", "") + remove("../t/a", "") +
	                  remove("x%2", "") + remove("nowhere", ""));
	clock.AdvanceMs(8 * DAY_MS);
	EXPECT_EQ(VacuumLite().deleted_files, 2u);
	EXPECT_EQ(DataFiles(), "_hidden/h a " + second_path + " other/o ");
}

TEST_F(VacuumLiteTest, PartsGoOnWhereTheyEnded) {
	Create();
	TableChange change;
	change.operation = "WRITE";
	for (int i = 0; i < 5; i++) {
		change.added_files.push_back(NewFile("f" + std::to_string(i)));
	}
	Change(std::move(change), Latest());
	Overwrite("b");
	Overwrite("c");
	clock.AdvanceMs(8 * DAY_MS);
	auto result = RunVacuum(LiteRequest(2), Environment(), OneByOne);
	EXPECT_EQ(result.deleted_files, 2u);
	EXPECT_FALSE(result.is_complete);
	EXPECT_EQ(Followed(), 1);
	// Another process looks for the first two again, this one does not.
	size_t heads = 0;
	hook = [&](StoreCall call, const std::string &path) {
		heads += call == StoreCall::HEAD && path == "/lake/t/f0";
	};
	PlanVacuum(LiteRequest(2), Environment());
	EXPECT_EQ(heads, 1u);
	result = RunVacuum(LiteRequest(2, result.next), Environment(), OneByOne);
	EXPECT_EQ(heads, 1u);
	EXPECT_EQ(result.deleted_files, 2u);
	EXPECT_FALSE(result.is_complete);
	result = RunVacuum(LiteRequest(2, result.next), Environment(), OneByOne);
	EXPECT_EQ(result.deleted_files, 2u);
	EXPECT_EQ(DataFiles(), "c ");
	result = RunVacuum(LiteRequest(2, result.next), Environment(), OneByOne);
	EXPECT_TRUE(result.is_complete);
	EXPECT_EQ(Followed(), 3);
}

TEST_F(VacuumLiteTest, WhatCouldNotBeDeletedIsLookedForAgain) {
	Create();
	Add("a");
	Overwrite("b");
	clock.AdvanceMs(8 * DAY_MS);
	hook = [&](StoreCall call, const std::string &) {
		if (call == StoreCall::DELETE) {
			throw Error(ErrorKind::PERMISSION, "not yours");
		}
	};
	ExpectError(ErrorKind::IO, "could not be deleted", [&] { VacuumLite(); });
	EXPECT_EQ(Followed(), std::nullopt);
	hook = nullptr;
	EXPECT_EQ(VacuumLite().deleted_files, 1u);
}

} // namespace merganser
