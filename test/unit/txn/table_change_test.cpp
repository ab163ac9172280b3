#include "txn/table_change.hpp"

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

} // namespace merganser
