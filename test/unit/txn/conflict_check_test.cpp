#include "conflict_operations.hpp"

#include <gtest/gtest.h>

#include <utility>

//! What the matrix (conflict_matrix_test.cpp) does not show: application ids, domains, statistics, vectors, odd
//! commits.

namespace merganser {

namespace {

using enum OperationKind;

const ConflictTable PARTITIONED = {true, true, EU, EU};
const ConflictTable BY_RANGE = {false, true, EU, US};

Operation Ours(OperationKind kind, const ConflictTable &table = PARTITIONED) {
	return MakeOperation(kind, table, table.ours, "my");
}

Winner Theirs(OperationKind kind, const ConflictTable &table = PARTITIONED) {
	return AsWinner(MakeOperation(kind, table, table.theirs, "their"), NameOf(kind));
}

Winner With(Winner winner, Action action) {
	winner.actions.push_back(std::move(action));
	return winner;
}

std::optional<Conflict> Meet(const Operation &ours, const Winner &theirs, const ConflictTable &table = PARTITIONED,
                             IsolationLevel isolation = IsolationLevel::SERIALIZABLE) {
	return CheckConflict(table.Configuration(), ours.change, ours.read_set, theirs, isolation);
}

//! Serializable, WriteSerializable.
std::string Both(const Operation &ours, const Winner &theirs, const ConflictTable &table = PARTITIONED) {
	return {JudgeConflict(Meet(ours, theirs, table)),
	        JudgeConflict(Meet(ours, theirs, table, IsolationLevel::WRITE_SERIALIZABLE))};
}

Operation WithDomain(const std::string &domain, bool removed = false) {
	auto operation = Ours(APPEND);
	operation.change.domains = {DomainMetadata {domain, "{}", removed}};
	return operation;
}

Winner TheirDomain(const std::string &domain, bool removed = false) {
	return With(Theirs(APPEND), DomainMetadata {domain, "{}", removed});
}

Operation Filtered(PredicatePtr filter) {
	auto operation = Ours(UPDATE, BY_RANGE);
	operation.read_set.predicates = {std::move(filter)};
	return operation;
}

CommitInfo &InfoOf(Winner &winner) {
	return std::get<CommitInfo>(winner.actions.front());
}

} // namespace

// --- application ids (`txn`) ---------------------------------------------------------------------------------------

TEST(ConflictAppIds, SameIdAsWritten) {
	auto ours = Ours(APPEND);
	ours.change.transactions = {SetTransaction {"stream", 6, std::nullopt}};
	EXPECT_EQ(Both(ours, Theirs(STREAM)), "TT");
}

TEST(ConflictAppIds, SameIdAsOnlyLookedAt) {
	auto ours = Ours(APPEND);
	ours.read_set.app_ids = {"other", "stream"};
	EXPECT_EQ(Both(ours, Theirs(STREAM)), "TT");
}

TEST(ConflictAppIds, OtherId) {
	auto ours = Ours(STREAM);
	ours.change.transactions[0].app_id = "mine";
	ours.read_set.app_ids = {"mine"};
	EXPECT_EQ(Both(ours, Theirs(STREAM)), "..");
}

//! Even a commit of nothing but the id.
TEST(ConflictAppIds, SameIdWithoutFiles) {
	auto ours = Ours(STREAM);
	ours.change.added_files.clear();
	auto winner = MakeOperation(STREAM, PARTITIONED, EU, "their");
	winner.change.added_files.clear();
	EXPECT_EQ(Both(ours, AsWinner(winner, "STREAMING UPDATE")), "TT");
}

TEST(ConflictAppIds, MessageNamesTheId) {
	EXPECT_NE(Meet(Ours(STREAM), Theirs(STREAM))->reason.find("'stream'"), std::string::npos);
}

// --- domains -------------------------------------------------------------------------------------------------------

TEST(ConflictDomains, SameDomain) {
	auto theirs = TheirDomain("app");
	EXPECT_EQ(Both(WithDomain("app"), theirs), "NN");
	EXPECT_EQ(Both(WithDomain("app", true), theirs), "NN");
	EXPECT_EQ(Both(WithDomain("app"), TheirDomain("app", true)), "NN");
	EXPECT_NE(Meet(WithDomain("app"), theirs)->reason.find("'app'"), std::string::npos);
}

TEST(ConflictDomains, OtherDomain) {
	EXPECT_EQ(Both(WithDomain("app"), TheirDomain("other")), "..");
	EXPECT_EQ(Both(Ours(UPDATE), TheirDomain("app")), "A.") << "only its file counts";
}

TEST(ConflictDomains, ClusteringIsADomainAsAnyOther) {
	EXPECT_EQ(Both(WithDomain("delta.clustering"), TheirDomain("delta.clustering")), "NN");
}

//! Both write it by design; see row_ids_test.cpp for what becomes of the ids.
TEST(ConflictDomains, RowTrackingIsMerged) {
	EXPECT_EQ(Both(WithDomain("delta.rowTracking"), TheirDomain("delta.rowTracking")), "..");
}

// --- statistics of added files -------------------------------------------------------------------------------------

TEST(ConflictStatistics, RangeOutside) {
	auto below = Filtered(Predicate::Compare({"id"}, CompareOp::LESS, int64_t(100)));
	EXPECT_EQ(Both(below, Theirs(APPEND, BY_RANGE), BY_RANGE), "..");
	EXPECT_EQ(Both(below, Theirs(OPTIMIZE, BY_RANGE), BY_RANGE), "..");
}

TEST(ConflictStatistics, RangeTouches) {
	auto touches = Filtered(Predicate::Compare({"id"}, CompareOp::LESS_EQUAL, int64_t(100)));
	EXPECT_EQ(Both(touches, Theirs(APPEND, BY_RANGE), BY_RANGE), "A.");
	EXPECT_EQ(Both(touches, Theirs(OPTIMIZE, BY_RANGE), BY_RANGE), "AA");
}

TEST(ConflictStatistics, NullsThatTheFileDoesNotHave) {
	EXPECT_EQ(Both(Filtered(Predicate::IsNull({"id"})), Theirs(APPEND, BY_RANGE), BY_RANGE), "..");
	EXPECT_EQ(Both(Filtered(Predicate::IsNull({"region"})), Theirs(APPEND, BY_RANGE), BY_RANGE), "A.")
	    << "a column without statistics may hold NULLs";
}

TEST(ConflictStatistics, FilterThatCannotBeSaidMayMatch) {
	EXPECT_EQ(Both(Filtered(Predicate::Unknown()), Theirs(APPEND, BY_RANGE), BY_RANGE), "A.");
	EXPECT_EQ(
	    Both(Filtered(Predicate::Compare({"gone"}, CompareOp::EQUAL, int64_t(1))), Theirs(APPEND, BY_RANGE), BY_RANGE),
	    "A.");
}

TEST(ConflictStatistics, BadStatisticsMayMatch) {
	auto theirs = Theirs(APPEND, BY_RANGE);
	auto below = Filtered(Predicate::Compare({"id"}, CompareOp::LESS, int64_t(100)));
	for (auto stats : {"", "{", R"({"numRecords":2})", R"({"minValues":{"id":"x"}})"}) {
		std::get<AddFile>(theirs.actions.back()).stats = stats;
		EXPECT_EQ(Both(below, theirs, BY_RANGE), "A.") << stats;
	}
}

TEST(ConflictStatistics, AnyOfSeveralFilters) {
	auto ours = Filtered(Predicate::Compare({"id"}, CompareOp::LESS, int64_t(100)));
	ours.read_set.predicates.push_back(Predicate::Compare({"id"}, CompareOp::EQUAL, int64_t(150)));
	EXPECT_EQ(Both(ours, Theirs(APPEND, BY_RANGE), BY_RANGE), "A.");
}

TEST(ConflictStatistics, PartitionAndRangeTogether) {
	auto ours = Ours(UPDATE);
	auto region = Predicate::Compare({"region"}, CompareOp::EQUAL, std::string("eu"));
	ours.read_set.predicates = {Predicate::And({region, Predicate::Compare({"id"}, CompareOp::GREATER, int64_t(99))})};
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "..") << "the right partition, but other ids";
	ours.read_set.predicates = {Predicate::And({region, Predicate::Compare({"id"}, CompareOp::GREATER, int64_t(98))})};
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "A.");
}

TEST(ConflictStatistics, NullPartitionIsItsOwn) {
	auto ours = Ours(UPDATE);
	auto theirs = Theirs(APPEND);
	auto &values = std::get<AddFile>(theirs.actions.back()).partition_values;
	for (auto null : {std::optional<std::string>(), std::optional<std::string>("")}) {
		values["region"] = null;
		EXPECT_EQ(Both(ours, theirs), "..");
		ours.read_set.predicates = {Predicate::IsNull({"region"})};
		EXPECT_EQ(Both(ours, theirs), "A.");
		ours = Ours(UPDATE);
	}
	values.clear();
	EXPECT_EQ(Both(ours, theirs), "A.") << "a file that does not name its partition may be of any";
}

// --- deletion vectors ----------------------------------------------------------------------------------------------

TEST(ConflictVectors, SameFileOtherVector) {
	auto conflict = Meet(Ours(VECTOR_DELETE), Theirs(VECTOR_DELETE));
	ASSERT_TRUE(conflict);
	EXPECT_EQ(conflict->kind, ConflictKind::CONCURRENT_DELETE_READ);
	EXPECT_NE(conflict->reason.find("deleted rows of a file"), std::string::npos) << conflict->reason;
}

//! Without anything read (a writer that names files by hand) the two vectors still exclude each other.
TEST(ConflictVectors, SameFileOtherVectorUnread) {
	auto ours = Ours(VECTOR_DELETE);
	ours.read_set = ReadSet();
	EXPECT_EQ(Both(ours, Theirs(VECTOR_DELETE)), "DD");
}

TEST(ConflictVectors, FileIsGone) {
	EXPECT_EQ(Both(Ours(VECTOR_DELETE), Theirs(REPLACE_WHERE)), "AA");
	auto ours = Ours(VECTOR_DELETE);
	ours.read_set = ReadSet();
	EXPECT_EQ(Both(ours, Theirs(REPLACE_WHERE)), "DD");
	EXPECT_EQ(Both(ours, Theirs(OPTIMIZE)), "DD");
}

TEST(ConflictVectors, OtherFile) {
	EXPECT_EQ(Both(Ours(VECTOR_DELETE, BY_RANGE), Theirs(VECTOR_DELETE, BY_RANGE), BY_RANGE), "..");
	auto ours = Ours(VECTOR_DELETE);
	auto on_second = EU;
	std::swap(on_second.first, on_second.second);
	auto theirs = AsWinner(MakeOperation(VECTOR_DELETE, PARTITIONED, on_second, "their"), "DELETE");
	EXPECT_EQ(Both(ours, theirs), "RR") << "the other file was read";
	ours.read_set.files = {"eu-1"};
	ours.read_set.predicates.clear();
	EXPECT_EQ(Both(ours, theirs), "..");
}

//! A vector that came with a file, not with a remove: rows that appear (RESTORE of a file that was gone).
TEST(ConflictVectors, FileComesBackWithAVector) {
	auto operation = MakeOperation(VECTOR_DELETE, PARTITIONED, EU, "their");
	operation.change.removed_files.clear();
	EXPECT_EQ(Both(Ours(UPDATE), AsWinner(operation, "RESTORE")), "AA");
}

// --- what commits say of themselves --------------------------------------------------------------------------------

TEST(ConflictWinner, WithoutCommitInfoIsNotBlind) {
	auto theirs = Theirs(APPEND);
	theirs.actions.erase(theirs.actions.begin());
	auto ours = Ours(UPDATE);
	auto conflict = Meet(ours, theirs, PARTITIONED, IsolationLevel::WRITE_SERIALIZABLE);
	ASSERT_TRUE(conflict);
	EXPECT_EQ(conflict->kind, ConflictKind::CONCURRENT_APPEND);
	EXPECT_EQ(conflict->winner_operation, "");
}

TEST(ConflictWinner, ThatDoesNotSayIsNotBlind) {
	auto theirs = Theirs(APPEND);
	InfoOf(theirs).is_blind_append.reset();
	EXPECT_EQ(Both(Ours(UPDATE), theirs), "AA");
}

TEST(ConflictWinner, ThatTakesFilesIsNotBlindWhateverItSays) {
	auto theirs = Theirs(UPDATE);
	InfoOf(theirs).is_blind_append = true;
	EXPECT_EQ(Both(Ours(UPDATE), theirs), "AA");
}

//! dataChange = false: its files hold rows that were there, but nobody can tell which of them were read.
TEST(ConflictWinner, WithoutDataChangeCountsAsAnyOther) {
	auto theirs = With(Winner {7, {Theirs(APPEND).actions.front()}}, PARTITIONED.File("their-compact", EU, false));
	InfoOf(theirs).is_blind_append = false;
	EXPECT_EQ(Both(Ours(UPDATE), theirs), "AA");
	EXPECT_EQ(Both(Ours(OPTIMIZE), theirs), "..");
	EXPECT_EQ(Both(Ours(APPEND), theirs), "..");
}

TEST(ConflictWinner, ChangeFilesAndMarkersAreNoConflict) {
	Winner theirs {7, {Theirs(APPEND).actions.front(), AddCdcFile()}};
	EXPECT_EQ(Both(Ours(OVERWRITE), theirs), "..");
	EXPECT_EQ(Both(Ours(OVERWRITE), Winner {7, {Theirs(APPEND).actions.front()}}), "..") << "an empty commit";
}

TEST(ConflictWinner, AddedTheSameFile) {
	auto ours = Ours(APPEND);
	auto theirs = With(Theirs(APPEND), PARTITIONED.File(ours.change.added_files[0].path, US));
	EXPECT_EQ(Both(ours, theirs), "AA");
}

TEST(ConflictWinner, PathsAreComparedInTheirCanonicalForm) {
	auto ours = Ours(UPDATE);
	ours.read_set = ReadSet();
	ours.change.removed_files[0].path = "file:///lake/t/eu-1";
	auto theirs = Theirs(FILE_DELETE);
	std::get<RemoveFile>(theirs.actions.back()).path = "/lake/t/eu-1";
	EXPECT_EQ(Both(ours, theirs), "DD");
	ours.read_set.files = {"file:/lake/t/eu-1"};
	EXPECT_EQ(Both(ours, theirs), "RR");
}

TEST(ConflictWinner, DropComesBeforeAnythingElse) {
	auto theirs = With(Theirs(DROP), MakeOperation(STRICT_UPGRADE, PARTITIONED, EU, "x").change.protocol.value());
	EXPECT_EQ(Both(Ours(APPEND), theirs), "XX");
}

TEST(ConflictWinner, MadeTheDroppedTableAgain) {
	auto ours = Ours(APPEND);
	ours.change.metadata = PARTITIONED.MakeMetadata();
	auto theirs = With(Theirs(APPEND), PARTITIONED.MakeMetadata());
	auto dropped = PARTITIONED.Configuration({{"merganser.dropped", "true"}});
	EXPECT_EQ(JudgeConflict(CheckConflict(dropped, ours.change, ours.read_set, theirs)), 'E');
}

//! The first check that fails names the conflict, in the order of Spark's checker.
TEST(ConflictOrder, ProtocolMetadataDomainTransactionAppendDelete) {
	auto ours = Ours(UPDATE);
	ours.change.domains = {DomainMetadata {"app", "{}", false}};
	ours.change.transactions = {SetTransaction {"stream", 1, std::nullopt}};
	auto theirs = Theirs(UPDATE);
	EXPECT_EQ(Both(ours, theirs), "AA");
	theirs = With(theirs, SetTransaction {"stream", 2, std::nullopt});
	EXPECT_EQ(Both(ours, theirs), "TT");
	theirs = With(theirs, DomainMetadata {"app", "{}", false});
	EXPECT_EQ(Both(ours, theirs), "NN");
	theirs = With(theirs, *MakeOperation(ALTER, PARTITIONED, EU, "x").change.metadata);
	EXPECT_EQ(Both(ours, theirs), "MM");
	theirs = With(theirs, *MakeOperation(STRICT_UPGRADE, PARTITIONED, EU, "x").change.protocol);
	EXPECT_EQ(Both(ours, theirs), "PP");
}

// --- what a change is ----------------------------------------------------------------------------------------------

TEST(ConflictLoser, RearrangesOnlyWithFilesThatKeepRows) {
	EXPECT_TRUE(RearrangesOnly(Ours(OPTIMIZE).change));
	for (auto kind : {APPEND, UPDATE, VECTOR_DELETE, FILE_DELETE, OVERWRITE, ALTER, UPGRADE, STREAM}) {
		EXPECT_FALSE(RearrangesOnly(Ours(kind).change)) << NameOf(kind);
	}
	EXPECT_FALSE(RearrangesOnly(TableChange()));
	auto mixed = Ours(OPTIMIZE).change;
	mixed.added_files.push_back(PARTITIONED.File("new", EU));
	EXPECT_FALSE(RearrangesOnly(mixed));
}

//! OPTIMIZE with a `txn` of its own is judged as any other commit: what it read by filter counts.
TEST(ConflictLoser, OptimizeWithMoreThanFilesIsNotDowngraded) {
	auto ours = Ours(OPTIMIZE);
	ours.read_set.predicates = {PARTITIONED.FilterOf(EU)};
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "..");
	ours.change.transactions = {SetTransaction {"mine", 1, std::nullopt}};
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "A.");
}

TEST(ConflictLoser, FilesReadWithoutAFilterMeetNoAppend) {
	auto ours = Ours(UPDATE);
	ours.read_set.predicates.clear();
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "..");
	EXPECT_EQ(Both(ours, Theirs(FILE_DELETE)), "RR");
}

//! A filter that no row can meet has read nothing.
TEST(ConflictLoser, FilterThatIsNeverTrueMeetsNoAppend) {
	auto ours = Ours(SELF_INSERT);
	ours.read_set.predicates = {Predicate::AlwaysFalse()};
	ours.read_set.files.clear();
	EXPECT_EQ(Both(ours, Theirs(APPEND)), "..");
}

} // namespace merganser
