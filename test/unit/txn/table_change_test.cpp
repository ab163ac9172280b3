#include "txn/table_change.hpp"

#include "support/expect_error.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

AddFile Added(const std::string &path) {
	AddFile file;
	file.path = path;
	return file;
}

RemoveFile Removed(const std::string &path) {
	RemoveFile file;
	file.path = path;
	return file;
}

//! One statement of a transaction: takes (path, old vector) out and puts (path, new vector) in; 0: without one.
TableChange ChangesVector(const std::string &path, int old_vector, int new_vector) {
	auto vector_of = [](int number) -> std::optional<DeletionVectorDescriptor> {
		if (number == 0) {
			return std::nullopt;
		}
		DeletionVectorDescriptor vector;
		vector.storage_type = 'i';
		vector.path_or_inline_dv = std::to_string(number);
		return vector;
	};
	TableChange change;
	change.removed_files = {Removed(path)};
	change.removed_files[0].deletion_vector = vector_of(old_vector);
	change.added_files = {Added(path)};
	change.added_files[0].deletion_vector = vector_of(new_vector);
	return change;
}

} // namespace

TEST(TableChange, Emptiness) {
	TableChange change;
	EXPECT_TRUE(change.IsEmpty());
	EXPECT_TRUE(change.OnlyAdds());
	change.added_files = {Added("a")};
	EXPECT_FALSE(change.IsEmpty());
	EXPECT_TRUE(change.OnlyAdds());
	change.transactions = {SetTransaction {"app", 1, std::nullopt}};
	EXPECT_TRUE(change.OnlyAdds());
	change.removed_files = {Removed("b")};
	EXPECT_FALSE(change.OnlyAdds());
	TableChange altered;
	altered.metadata = Metadata();
	EXPECT_FALSE(altered.IsEmpty());
	EXPECT_FALSE(altered.OnlyAdds());
}

TEST(TableChange, MergeAppendsAndKeepsTheFirstOperation) {
	TableChange first;
	first.operation = "WRITE";
	first.operation_metrics = {{"numFiles", "1"}, {"text", "a"}};
	first.added_files = {Added("a")};
	TableChange later;
	later.operation = "DELETE";
	later.operation_metrics = {{"numFiles", "2"}, {"text", "b"}, {"numRemovedFiles", "1"}};
	later.removed_files = {Removed("old")};
	later.added_files = {Added("b")};
	first.Merge(std::move(later));
	EXPECT_EQ(first.operation, "WRITE");
	EXPECT_EQ(first.added_files.size(), 2u);
	EXPECT_EQ(first.removed_files.size(), 1u);
	EXPECT_EQ(first.operation_metrics, (StringMap {{"numFiles", "3"}, {"text", "b"}, {"numRemovedFiles", "1"}}));
}

TEST(TableChange, MergeTakesTheLaterOperationWhenTheFirstIsEmpty) {
	TableChange first;
	TableChange later;
	later.operation = "CREATE TABLE";
	later.metadata = Metadata();
	first.Merge(std::move(later));
	EXPECT_EQ(first.operation, "CREATE TABLE");
	EXPECT_TRUE(first.metadata);
}

TEST(TableChange, FileAddedAndRemovedInOneTransactionLeavesNoTrace) {
	TableChange first;
	first.added_files = {Added("a"), Added("b")};
	TableChange later;
	later.removed_files = {Removed("a"), Removed("old")};
	later.added_files = {Added("c")};
	first.Merge(std::move(later));
	ASSERT_EQ(first.added_files.size(), 2u);
	EXPECT_EQ(first.added_files[0].path, "b");
	EXPECT_EQ(first.added_files[1].path, "c");
	ASSERT_EQ(first.removed_files.size(), 1u);
	EXPECT_EQ(first.removed_files[0].path, "old");
}

TEST(TableChange, SecondDeletionVectorReplacesTheFirst) {
	DeletionVectorDescriptor one;
	one.path_or_inline_dv = "one";
	DeletionVectorDescriptor two;
	two.path_or_inline_dv = "two";
	TableChange first;
	first.removed_files = {Removed("a")};
	first.added_files = {Added("a")};
	first.added_files[0].deletion_vector = one;
	TableChange later;
	later.removed_files = {Removed("a")};
	later.removed_files[0].deletion_vector = one;
	later.added_files = {Added("a")};
	later.added_files[0].deletion_vector = two;
	first.Merge(std::move(later));
	ASSERT_EQ(first.removed_files.size(), 1u);
	EXPECT_FALSE(first.removed_files[0].deletion_vector);
	ASSERT_EQ(first.added_files.size(), 1u);
	EXPECT_TRUE(first.added_files[0].deletion_vector == two);
}

TEST(TableChange, MergeReplacesTransactionsAndDomainsByKey) {
	TableChange first;
	first.transactions = {SetTransaction {"app", 1, std::nullopt}, SetTransaction {"other", 3, std::nullopt}};
	first.domains = {DomainMetadata {"d", "1", false}};
	TableChange later;
	later.transactions = {SetTransaction {"app", 2, std::nullopt}};
	later.domains = {DomainMetadata {"d", "2", false}};
	first.Merge(std::move(later));
	ASSERT_EQ(first.transactions.size(), 2u);
	EXPECT_EQ(first.transactions[1].version, 2);
	ASSERT_EQ(first.domains.size(), 1u);
	EXPECT_EQ(first.domains[0].configuration, "2");
}

TEST(TableChange, MergeOfVectorsKeepsTheFirstRemoveAndTheLastAdd) {
	auto change = ChangesVector("p", 0, 1);
	change.Merge(ChangesVector("p", 1, 2));
	ASSERT_EQ(change.removed_files.size(), 1u);
	EXPECT_FALSE(change.removed_files[0].deletion_vector);
	ASSERT_EQ(change.added_files.size(), 1u);
	EXPECT_EQ(change.added_files[0].deletion_vector->path_or_inline_dv, "2");

	auto emptied = ChangesVector("p", 2, 3);
	emptied.added_files.clear();
	change.Merge(std::move(emptied));
	ASSERT_EQ(change.removed_files.size(), 1u);
	EXPECT_FALSE(change.removed_files[0].deletion_vector);
	EXPECT_TRUE(change.added_files.empty());
}

TEST(TableChange, MergeOfVectorsOverAnOwnFileIsTheFileWithItsVector) {
	TableChange change;
	change.added_files = {Added("own"), Added("other")};
	change.Merge(ChangesVector("own", 0, 1));
	EXPECT_TRUE(change.removed_files.empty());
	ASSERT_EQ(change.added_files.size(), 2u);
	EXPECT_EQ(change.added_files[0].path, "other");
	EXPECT_EQ(change.added_files[1].deletion_vector->path_or_inline_dv, "1");
}

TEST(TableChange, MergeOfVectorsUndone) {
	auto change = ChangesVector("p", 0, 1);
	change.Merge(ChangesVector("p", 1, 0));
	EXPECT_TRUE(change.IsEmpty()) << "the table is as it was";
}

TEST(TableChange, FileRemovedAndAddedAgainIsNoChange) {
	TableChange change;
	change.removed_files = {Removed("p"), Removed("q")};
	TableChange later;
	later.added_files = {Added("p")};
	change.Merge(std::move(later));
	EXPECT_TRUE(change.added_files.empty());
	ASSERT_EQ(change.removed_files.size(), 1u);
	EXPECT_EQ(change.removed_files[0].path, "q");
}

TEST(TableChange, OwnFileWithVectorRemovedLeavesNoTrace) {
	TableChange change;
	change.added_files = {Added("own")};
	change.Merge(ChangesVector("own", 0, 1));
	auto emptied = ChangesVector("own", 1, 2);
	emptied.added_files.clear();
	change.Merge(std::move(emptied));
	EXPECT_TRUE(change.IsEmpty());
}

//! The same file in two spellings, as an engine and a clone write it.
TEST(TableChange, PathsAreComparedInTheirCanonicalForm) {
	auto change = ChangesVector("file:///lake/p", 0, 1);
	auto emptied = ChangesVector("/lake/p", 1, 2);
	emptied.added_files.clear();
	change.Merge(std::move(emptied));
	EXPECT_TRUE(change.added_files.empty());
	EXPECT_EQ(change.removed_files.size(), 1u);
}

TEST(TableChange, SamePathWithAnotherVectorIsAnotherFile) {
	TableChange change;
	change.added_files = {Added("p")};
	TableChange later = ChangesVector("p", 7, 8);
	change.Merge(std::move(later));
	EXPECT_EQ(change.added_files.size(), 2u) << "left for the commit's checks to refuse";
	EXPECT_EQ(change.removed_files.size(), 1u);
}

//! Row by row: a file changed by three statements, one that was whole before, one of the transaction's own.
TEST(TableChange, ThreeStatementsMakeOneDifference) {
	auto change = ChangesVector("shared", 4, 5);
	auto second = ChangesVector("shared", 5, 6);
	second.added_files.push_back(Added("own"));
	change.Merge(std::move(second));
	auto third = ChangesVector("shared", 6, 7);
	third.Merge(ChangesVector("own", 0, 1));
	third.removed_files.push_back(Removed("whole"));
	change.Merge(std::move(third));
	ASSERT_EQ(change.removed_files.size(), 2u);
	EXPECT_EQ(change.removed_files[0].path, "shared");
	EXPECT_EQ(change.removed_files[0].deletion_vector->path_or_inline_dv, "4");
	EXPECT_EQ(change.removed_files[1].path, "whole");
	ASSERT_EQ(change.added_files.size(), 2u);
	EXPECT_EQ(change.added_files[0].deletion_vector->path_or_inline_dv, "7");
	EXPECT_EQ(change.added_files[1].path, "own");
	EXPECT_EQ(change.added_files[1].deletion_vector->path_or_inline_dv, "1");
}

namespace {

StringMap MergedMetrics(StringMap first, StringMap later) {
	TableChange change;
	change.operation_metrics = std::move(first);
	TableChange next;
	next.operation_metrics = std::move(later);
	change.Merge(std::move(next));
	return change.operation_metrics;
}

} // namespace

TEST(TableChange, MetricsOfStatementsAreSummed) {
	EXPECT_EQ(MergedMetrics({{"n", "2"}, {"only first", "3"}}, {{"n", "40"}, {"only later", "5"}}),
	          (StringMap {{"n", "42"}, {"only first", "3"}, {"only later", "5"}}));
	EXPECT_EQ(MergedMetrics({{"n", "-3"}}, {{"n", "1"}}), (StringMap {{"n", "-2"}}));
}

TEST(TableChange, MetricsThatAreNoNumbersAreTheLatest) {
	EXPECT_EQ(MergedMetrics({{"n", "a"}}, {{"n", "b"}}), (StringMap {{"n", "b"}}));
	EXPECT_EQ(MergedMetrics({{"n", "1"}}, {{"n", "b"}}), (StringMap {{"n", "b"}}));
	EXPECT_EQ(MergedMetrics({{"n", "a"}}, {{"n", "1"}}), (StringMap {{"n", "1"}}));
	EXPECT_EQ(MergedMetrics({{"n", "1.5"}}, {{"n", "2.5"}}), (StringMap {{"n", "2.5"}}));
	EXPECT_EQ(MergedMetrics({{"n", ""}}, {{"n", "2"}}), (StringMap {{"n", "2"}}));
	EXPECT_EQ(MergedMetrics({{"n", "7"}}, {{"n", ""}}), (StringMap {{"n", ""}}));
	EXPECT_EQ(MergedMetrics({{"n", "1 "}}, {{"n", "2"}}), (StringMap {{"n", "2"}}));
}

TEST(TableChange, MetricsThatWouldOverflowAreTheLatest) {
	EXPECT_EQ(MergedMetrics({{"n", "9223372036854775807"}}, {{"n", "1"}}), (StringMap {{"n", "1"}}));
	EXPECT_EQ(MergedMetrics({{"n", "99999999999999999999"}}, {{"n", "1"}}), (StringMap {{"n", "1"}}));
}

namespace {

TableChange Statement(const std::string &operation, std::vector<RemoveFile> removed, std::vector<AddFile> added) {
	TableChange change;
	change.operation = operation;
	change.operation_parameters = {{"of", operation}};
	change.removed_files = std::move(removed);
	change.added_files = std::move(added);
	return change;
}

} // namespace

TEST(TableChange, DeleteThenInsertIsARefill) {
	auto change = Statement("DELETE", {Removed("a")}, {});
	EXPECT_TRUE(change.OnlyRemoves());
	change.Merge(Statement("DELETE", {Removed("b")}, {}));
	EXPECT_FALSE(change.refill_parameters);
	change.Merge(Statement("WRITE", {}, {Added("x")}));
	EXPECT_EQ(change.refill_parameters, (StringMap {{"of", "WRITE"}}));
	change.Merge(Statement("OTHER", {}, {Added("y")}));
	EXPECT_EQ(change.refill_parameters, (StringMap {{"of", "WRITE"}}));
	change.Merge(Statement("UPDATE", {Removed("x")}, {Added("z")}));
	EXPECT_TRUE(change.refill_parameters) << "what was replaced is the transaction's own";
	EXPECT_EQ(change.operation, "DELETE") << "whether it is an overwrite is known at the commit";
}

TEST(TableChange, OtherOrdersAreNoRefill) {
	auto insert_first = Statement("WRITE", {}, {Added("x")});
	insert_first.Merge(Statement("DELETE", {Removed("a")}, {}));
	EXPECT_FALSE(insert_first.refill_parameters);
	auto rewrites = Statement("DELETE", {Removed("a")}, {Added("rest of a")});
	rewrites.Merge(Statement("WRITE", {}, {Added("x")}));
	EXPECT_FALSE(rewrites.refill_parameters);
	auto removes_again = Statement("DELETE", {Removed("a")}, {});
	removes_again.Merge(Statement("WRITE", {}, {Added("x")}));
	removes_again.Merge(Statement("DELETE", {Removed("b")}, {}));
	EXPECT_FALSE(removes_again.refill_parameters) << "the last statement does not only add";
	auto deletes_twice = Statement("DELETE", {Removed("a")}, {});
	deletes_twice.Merge(Statement("DELETE", {Removed("b")}, {}));
	EXPECT_FALSE(deletes_twice.refill_parameters);
	auto altered = Statement("SET TBLPROPERTIES", {Removed("a")}, {});
	altered.metadata = Metadata();
	altered.Merge(Statement("WRITE", {}, {Added("x")}));
	EXPECT_FALSE(altered.refill_parameters);
}

TEST(TableChange, TheFeedOfOneCommitTellsBothStatements) {
	auto told = [](TableChange change) {
		change.cdc_files = {AddCdcFile {"c", {}, 1, false, {}}};
		return change;
	};
	TableChange insert;
	insert.added_files = {Added("new")};
	TableChange remove;
	remove.removed_files = {Removed("new")};
	CheckChangeFeedKept("t", insert, insert);
	CheckChangeFeedKept("t", insert, remove);
	CheckChangeFeedKept("t", told(ChangesVector("a", 0, 1)), told(ChangesVector("a", 1, 2)));
	CheckChangeFeedKept("t", told(ChangesVector("a", 0, 1)), told(insert));
	CheckChangeFeedKept("t", TableChange(), told(insert));
	ExpectError(ErrorKind::UNSUPPORTED, "update and delete before you insert",
	            [&] { CheckChangeFeedKept("t", insert, told(ChangesVector("a", 0, 1))); });
	ExpectError(ErrorKind::UNSUPPORTED, "cannot tell together",
	            [&] { CheckChangeFeedKept("t", told(ChangesVector("a", 0, 1)), remove); });
	ExpectError(ErrorKind::UNSUPPORTED, "a file that its transaction has written before",
	            [&] { CheckChangeFeedKept("t", told(insert), told(ChangesVector("new", 0, 1))); });
}

} // namespace merganser
