#include "protocol/deletion_vector.hpp"
#include "protocol/row_tracking.hpp"
#include "support/disk_in_memory.hpp"
#include "support/expect_error.hpp"
#include "txn/clone.hpp"
#include "txn_fixture.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

class CloneTest : public testing::Test {
protected:
	CloneTest() {
		world.memory = std::make_shared<DiskInMemory>(world.clock);
		world.location = world.plain = {world.memory, "/my lake/t", "lake.t"};
	}
	SnapshotPtr Source(const StringMap &properties, const std::vector<AddFile> &files,
	                   std::vector<DomainMetadata> domains = {}) {
		auto request = world.Create(properties);
		request.change.metadata->name = "mine";
		request.change.metadata->description = "words";
		request.change.metadata->created_time = 5;
		request.change.added_files = files;
		request.change.domains = std::move(domains);
		const auto result = world.Commit(request);
		EXPECT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
		return world.Latest();
	}
	TableChange Plan(const SnapshotPtr &source) {
		return PlanShallowClone(*source, NextUuid, counts);
	}

	TxnWorld world;
	CloneCounts counts;
};

TEST_F(CloneTest, FilesAndVectorsAreNamedByTheirWholePaths) {
	DeletionVectorFileContent content("d2c639aa-8816-431a-aaf6-d3fe2512ff61");
	auto with_vector = TxnWorld::File("p=a%2520b/first");
	with_vector.deletion_vector = DeletionVectorDescriptor {'u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6};
	with_vector.tags = StringMap {{"mine", "1"}};
	auto elsewhere = TxnWorld::File("file:///other/x%20y");
	elsewhere.deletion_vector = DeletionVectorDescriptor {'p', "file:/other/vector.bin", 1, 34, 2};
	auto inlined = TxnWorld::File("third");
	inlined.deletion_vector =
	    DeletionVectorDescriptor {'i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", {}, 40, 6};
	const auto source = Source({{"delta.enableDeletionVectors", "true"}}, {with_vector, elsewhere, inlined});

	const auto plan = Plan(source);
	ASSERT_EQ(plan.added_files.size(), 3u);
	std::map<std::string, AddFile> files;
	for (const auto &file : plan.added_files) {
		files[file.path] = file;
	}
	const auto &first = files["file:/my%20lake/t/p=a%2520b/first"];
	EXPECT_EQ(first.stats, R"({"numRecords":1})");
	EXPECT_EQ(first.tags->at("mine"), "1");
	EXPECT_EQ(first.deletion_vector->storage_type, 'p');
	EXPECT_EQ(first.deletion_vector->path_or_inline_dv,
	          "file:/my%20lake/t/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
	EXPECT_EQ(first.deletion_vector->offset, 4);
	EXPECT_EQ(files["file:///other/x%20y"].deletion_vector->path_or_inline_dv, "file:/other/vector.bin");
	EXPECT_EQ(files["file:/my%20lake/t/third"].deletion_vector->storage_type, 'i');
	EXPECT_EQ(counts.source_files, 3u);
	EXPECT_EQ(counts.source_bytes, 30u);
}

TEST_F(CloneTest, ItIsATableOfItsOwn) {
	const StringMap properties {
	    {"delta.enableRowTracking", "true"},
	    {"delta.rowTracking.materializedRowIdColumnName", "_row-id-col-x"},
	    {"delta.rowTracking.materializedRowCommitVersionColumnName", "_row-commit-version-col-x"},
	    {"delta.enableInCommitTimestamps", "true"},
	    {"delta.inCommitTimestampEnablementVersion", "7"},
	    {"delta.inCommitTimestampEnablementTimestamp", "70"},
	    {"mine", "kept"}};
	const auto source = Source(properties, {TxnWorld::File("first")}, {{"mine.domain", "{}", false}});
	ASSERT_TRUE(source->domains.count(std::string(ROW_TRACKING_DOMAIN)));

	const auto plan = Plan(source);
	const auto &metadata = *plan.metadata;
	EXPECT_NE(metadata.id, source->configuration->GetMetadata().id);
	EXPECT_FALSE(metadata.name);
	EXPECT_FALSE(metadata.description);
	EXPECT_EQ(metadata.created_time, 5);
	EXPECT_EQ(metadata.configuration.at("mine"), "kept");
	EXPECT_FALSE(metadata.configuration.count("delta.inCommitTimestampEnablementVersion"));
	EXPECT_FALSE(metadata.configuration.count("delta.inCommitTimestampEnablementTimestamp"));
	EXPECT_NE(metadata.configuration.at("delta.rowTracking.materializedRowIdColumnName"), "_row-id-col-x");
	EXPECT_EQ(plan.protocol->writer_features, source->configuration->GetProtocol().writer_features);
	ASSERT_EQ(plan.domains.size(), 1u) << "the mark of row ids is given by those of the clone";
	EXPECT_EQ(plan.domains[0].domain, "mine.domain");
	EXPECT_FALSE(plan.added_files[0].base_row_id);
	EXPECT_FALSE(plan.added_files[0].default_row_commit_version);
	EXPECT_TRUE(plan.added_files[0].data_change);
	EXPECT_EQ(plan.operation, "CLONE");
	EXPECT_EQ(plan.operation_parameters.at("source"), "delta.`file:/my lake/t`");
	EXPECT_EQ(plan.operation_parameters.at("sourceVersion"), "0");
	EXPECT_EQ(plan.operation_metrics.at("sourceNumOfFiles"), "1");
}

TEST_F(CloneTest, OnlyWherePathsLeadToFiles) {
	TxnWorld remote;
	remote.Commit(remote.Create());
	ExpectError(ErrorKind::UNSUPPORTED, "no whole paths", [&] { Plan(remote.Latest()); });
}

} // namespace

} // namespace merganser
