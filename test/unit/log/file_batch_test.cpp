#include "log_fixture.hpp"

#include <thread>

namespace merganser {

namespace {

using FileBatchTest = LogTest;

AddFile Full(const AddFile &base, int i) {
	auto file = base;
	file.path = "p/f" + std::to_string(i);
	file.size = i;
	file.partition_values["p"] = i % 3 == 0 ? std::nullopt : std::optional("v" + std::to_string(i % 3));
	file.stats = R"({"numRecords":)" + std::to_string(100 + i) + R"(,"minValues":{"a":)" + std::to_string(i) +
	             R"(,"s":"x"},"maxValues":{"a":)" + std::to_string(2 * i) + R"(,"s":"y"},"nullCount":{"a":0,"s":1}})";
	if (i % 5 == 0) {
		file.stats.reset();
	}
	return file;
}

} // namespace

TEST_F(FileBatchTest, CheckpointAndCommitBatchesAgree) {
	std::vector<Action> actions = {Features(), Meta({"p"})};
	for (int i = 1; i <= 60; i++) {
		actions.push_back(Full(Add("", 1, i % 7 == 0 ? "dv" + std::to_string(i) : ""), i));
		auto &file = std::get<AddFile>(actions.back());
		if (i % 4 == 0) {
			file.tags = StringMap {{"k", std::to_string(i)}};
			file.base_row_id = i * 1000;
			file.default_row_commit_version = 3;
			file.clustering_provider = "liquid";
		}
		if (i % 9 == 0) {
			actions.push_back(Remove("old" + std::to_string(i)));
		}
	}
	Commit(0, actions);
	auto commits = Load();
	PutCheckpoint(V(0) + ".checkpoint.parquet", actions);
	auto checkpoint = Load();
	ASSERT_EQ(commits->files.LiveCount(), 60u);
	ASSERT_EQ(Live(*commits), Live(*checkpoint));
	auto &left = commits->files.Batch(0);
	auto &right = checkpoint->files.Batch(0);
	auto left_statistics = left.Statistics({0, 1});
	auto right_statistics = right.Statistics({0, 1});
	std::vector<FileRef> right_files;
	checkpoint->files.ForEachLive([&](FileRef file) { right_files.push_back(file); });
	for (uint32_t row = 0; row < 60; row++) {
		const auto other = right_files[row].row;
		auto expected = left.ToAddFile(row);
		auto file = right.ToAddFile(other);
		EXPECT_EQ(expected.stats.has_value(), (row + 1) % 5 != 0);
		expected.stats.reset();
		EXPECT_EQ(WriteAction(file), WriteAction(expected));
		EXPECT_EQ(left_statistics->num_records[row], right_statistics->num_records[other]);
		EXPECT_EQ(left_statistics->num_records[row], (row + 1) % 5 == 0 ? -1 : int64_t(101 + row));
		for (size_t leaf = 0; leaf < 2; leaf++) {
			EXPECT_EQ(left_statistics->leaves[leaf]->Min(row), right_statistics->leaves[leaf]->Min(other));
			EXPECT_EQ(left_statistics->leaves[leaf]->Max(row), right_statistics->leaves[leaf]->Max(other));
			EXPECT_EQ(left_statistics->leaves[leaf]->NullCount(row), right_statistics->leaves[leaf]->NullCount(other));
		}
		EXPECT_EQ(left.PartitionDictionary(0)[left.PartitionCode(0, row)],
		          right.PartitionDictionary(0)[right.PartitionCode(0, other)]);
	}
	EXPECT_EQ(std::get<std::string>(*right_statistics->leaves[1]->Max(right_files[0].row)), "y");
}

TEST_F(FileBatchTest, StatisticsOfACheckpointAreReadOnceAndNotBefore) {
	Commit(0, Created({Full(Add(""), 1)}));
	PutCheckpoint(V(0) + ".checkpoint.parquet", Created({Full(Add(""), 1)}));
	auto snapshot = Load();
	EXPECT_EQ(port.stats_read_count, 0u);
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++) {
		threads.emplace_back([&] { EXPECT_EQ(snapshot->files.Batch(0).Statistics({0})->num_records[2], 101); });
	}
	for (auto &thread : threads) {
		thread.join();
	}
	EXPECT_EQ(port.stats_read_count, 1u);
	// Few leaves are all loaded at once.
	EXPECT_TRUE(snapshot->files.Batch(0).Statistics({0, 1, 2})->leaves[1]);
	EXPECT_EQ(port.stats_read_count, 1u);
}

TEST_F(FileBatchTest, OfManyLeavesOnlyTheWantedOnesAreLoaded) {
	auto metadata = Meta();
	metadata.schema_string = R"({"type":"struct","fields":[)";
	for (int i = 0; i < 20; i++) {
		metadata.schema_string += (i ? "," : "") + std::string(R"({"name":"c)") + std::to_string(i) +
		                          R"(","type":"long","nullable":true,"metadata":{}})";
	}
	metadata.schema_string += "]}";
	auto file = Add("a");
	file.stats = R"({"numRecords":7,"minValues":{"c3":5,"c11":6},"maxValues":{},"nullCount":{}})";
	Commit(0, {Protocol(), metadata, file});
	PutCheckpoint(V(0) + ".checkpoint.parquet", {Protocol(), metadata, file});
	auto snapshot = Load();
	auto &batch = snapshot->files.Batch(0);
	auto first = batch.Statistics({3});
	EXPECT_EQ(std::get<int64_t>(*first->leaves[3]->Min(2)), 5);
	EXPECT_FALSE(first->leaves[11]);
	auto second = batch.Statistics({11, 3});
	EXPECT_EQ(first->leaves[3], second->leaves[3]);
	EXPECT_EQ(std::get<int64_t>(*second->leaves[11]->Min(2)), 6);
	EXPECT_EQ(port.stats_read_count, 2u);
	batch.Statistics({});
	EXPECT_EQ(port.stats_read_count, 2u);
}

TEST_F(FileBatchTest, BadStatisticsAreUnknown) {
	auto file = Add("a");
	file.stats = R"({"numRecords":"x","minValues":[)";
	Commit(0, Created({file}));
	auto statistics = Load()->files.Batch(0).Statistics({0});
	EXPECT_EQ(statistics->num_records[0], -1);
	EXPECT_FALSE(statistics->leaves[0]->Min(0));
}

TEST_F(FileBatchTest, CheckpointThatWasCleanedUpGivesNoStatistics) {
	Commit(0, Created({Full(Add(""), 1)}));
	PutCheckpoint(V(0) + ".checkpoint.parquet", Created({Full(Add(""), 1)}));
	auto snapshot = Load();
	DropLog(V(0) + ".checkpoint.parquet");
	auto statistics = snapshot->files.Batch(0).Statistics({0});
	EXPECT_EQ(statistics->num_records[2], -1);
	EXPECT_FALSE(statistics->leaves[0]->Min(2));
}

TEST_F(FileBatchTest, DecimalsAndBooleansAreScalarsOfTheirType) {
	auto metadata = Meta();
	metadata.schema_string =
	    R"j({"type":"struct","fields":[{"name":"d","type":"decimal(10,2)","nullable":true,"metadata":{}},)j"
	    R"j({"name":"w","type":"decimal(38,0)","nullable":true,"metadata":{}},)j"
	    R"j({"name":"f","type":"double","nullable":true,"metadata":{}},)j"
	    R"j({"name":"b","type":"binary","nullable":true,"metadata":{}}]})j";
	auto file = Add("a");
	file.stats =
	    R"({"numRecords":7,"minValues":{"d":-1.25,"w":12345678901234567890123,"f":0.5},"maxValues":{"d":9.5,"f":1},)"
	    R"("nullCount":{"b":3}})";
	Commit(0, {Protocol(), metadata, file});
	auto statistics = Load()->files.Batch(0).Statistics({0, 1, 2, 3});
	EXPECT_TRUE(std::get<Int128>(*statistics->leaves[0]->Min(0)) == -125);
	EXPECT_TRUE(std::get<Int128>(*statistics->leaves[0]->Max(0)) == 950);
	EXPECT_TRUE(std::get<Int128>(*statistics->leaves[1]->Min(0)) == Int128(12345678901234567ll) * 1000000 + 890123);
	EXPECT_EQ(std::get<double>(*statistics->leaves[2]->Max(0)), 1.0);
	EXPECT_FALSE(statistics->leaves[3]->Min(0));
	EXPECT_EQ(statistics->leaves[3]->NullCount(0), 3);
}

TEST_F(FileBatchTest, MissingRowsOfACheckpointAreCorrupt) {
	Commit(0, Created());
	// The double counts lines, and an empty line is no action.
	PutLog(V(0) + ".checkpoint.parquet", TextParquetPort::Encode(Created({Add("a")})) + "\n");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "fewer rows");
}

} // namespace merganser
