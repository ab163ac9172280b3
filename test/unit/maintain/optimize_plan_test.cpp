#include "maintain/optimize_plan.hpp"
#include "planned_table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace merganser {

namespace {

class OptimizePlanTest : public PlannedTable {
protected:
	explicit OptimizePlanTest(std::vector<std::string> partition_columns = {})
	    : PlannedTable(std::move(partition_columns)) {
		options.target_file_size_bytes = TARGET;
	}
	//! The groups as texts: paths with commas.
	std::vector<std::string> Plan() {
		const FilePartitions partitions(*snapshot);
		const auto plan = PlanOptimize(*snapshot, partitions, options);
		std::vector<std::string> groups;
		uint64_t bytes = 0;
		for (const auto &group : plan.groups) {
			auto &text = groups.emplace_back();
			uint64_t group_bytes = 0;
			for (size_t i = group.begin; i < group.end; i++) {
				const auto file = plan.files[i];
				EXPECT_EQ(partitions.NumberOf(file), group.partition);
				text += (text.empty() ? "" : ",") + std::string(snapshot->files.BatchOf(file).Path(file.row));
				group_bytes += snapshot->files.BatchOf(file).SizeBytes(file.row);
			}
			EXPECT_EQ(group.bytes, group_bytes);
			bytes += group_bytes;
		}
		EXPECT_EQ(plan.bytes, bytes);
		return groups;
	}
	using Groups = std::vector<std::string>;

	OptimizeOptions options;
};

class PartitionedPlanTest : public OptimizePlanTest {
protected:
	PartitionedPlanTest() : OptimizePlanTest({"p", "q"}) {
	}
};

TEST_F(OptimizePlanTest, LeavesFilesOfOtherClusteringImplementationsAlone) {
	auto foreign = File("foreign", 10);
	foreign.clustering_provider = "liquid";
	auto own = File("own", TARGET);
	own.clustering_provider = CLUSTERING_PROVIDER;
	own.tags = StringMap {{CLUSTERED_BY_TAG, R"(["a"])"}};
	auto other_columns = File("other_columns", TARGET);
	other_columns.clustering_provider = CLUSTERING_PROVIDER;
	other_columns.tags = StringMap {{CLUSTERED_BY_TAG, R"(["p"])"}};
	Commit({foreign, own, other_columns, File("new", TARGET)});
	options.clustered_by = R"(["a"])";
	options.keeps_other_providers = true;
	EXPECT_EQ(Plan(), (Groups {"other_columns,new"}));
	options.keeps_other_providers = false;
	EXPECT_EQ(Plan(), (Groups {"foreign,other_columns,new"}));
}

TEST_F(OptimizePlanTest, AnEmptyTableHasNothingToDo) {
	EXPECT_EQ(Plan(), Groups());
}

TEST_F(OptimizePlanTest, SmallFilesGoTogetherInTheirOrderAndLargeOnesStay) {
	Commit({File("c", 10), File("large", TARGET / 2)});
	Commit({File("a", TARGET / 2 - 1), File("b", 0)});
	EXPECT_EQ(Plan(), Groups({"c,a,b"}));
}

TEST_F(OptimizePlanTest, OneSmallFileIsLeftAlone) {
	Commit({File("a", 10), File("large", TARGET)});
	EXPECT_EQ(Plan(), Groups());
}

TEST_F(OptimizePlanTest, RemovedFilesAreNotChosen) {
	Commit({File("a", 10), File("b", 10), File("c", 10)});
	RemoveFile remove;
	remove.path = "b";
	Commit({remove});
	EXPECT_EQ(Plan(), Groups({"a,c"}));
}

TEST_F(OptimizePlanTest, AFileWithManyDeletedRowsIsChosenAlone) {
	Commit({WithDeleted(File("many", TARGET), 6), WithDeleted(File("few", TARGET), 5)});
	EXPECT_EQ(Plan(), Groups({"many"}));
	options.deleted_share_max = 0;
	EXPECT_EQ(Plan(), Groups({"many,few"}));
}

TEST_F(OptimizePlanTest, DeletedRowsOfAnUnknownNumberCountAsMany) {
	auto file = WithDeleted(File("a", TARGET), 1);
	file.stats.reset();
	Commit({file});
	EXPECT_EQ(Plan(), Groups({"a"}));
	options.may_load_statistics = false;
	EXPECT_EQ(Plan(), Groups());
}

TEST_F(OptimizePlanTest, JoinsAsManySmallFilesAsAreAskedFor) {
	Commit({File("a", 10), File("b", 10), File("c", 10)});
	options.joined_files_min = 4;
	EXPECT_EQ(Plan(), Groups());
	Commit({WithDeleted(File("d", TARGET), 6)});
	EXPECT_EQ(Plan(), Groups({"a,b,c,d"}));
}

TEST_F(OptimizePlanTest, FilesOfLaterVersionsAreLeftAlone) {
	Commit({File("a", 10), File("b", 10)});
	options.newest_version = snapshot->version;
	Commit({File("c", 10), File("d", 10)});
	EXPECT_EQ(Plan(), Groups({"a,b"}));
}

TEST_F(OptimizePlanTest, GroupsAreBounded) {
	Commit({File("a", 300), File("b", 300), File("c", 300), File("d", 300), File("e", 300)});
	options.group_bytes_max = 600;
	// What would be alone in the last group has nobody to go with.
	EXPECT_EQ(Plan(), Groups({"a,b", "c,d"}));
	options.group_bytes_max = 100;
	EXPECT_EQ(Plan(), Groups());
}

TEST_F(OptimizePlanTest, ClusteringTakesWhatIsNotClusteredBySuchColumns) {
	auto same = File("same", TARGET);
	same.tags = StringMap {{CLUSTERED_BY_TAG, R"(["a"])"}};
	auto small = File("small", 10);
	small.tags = same.tags;
	auto other = File("other", TARGET);
	other.tags = StringMap {{CLUSTERED_BY_TAG, R"(["q"])"}};
	Commit({same, other, File("none", TARGET), small});
	options.clustered_by = R"(["a"])";
	EXPECT_EQ(Plan(), Groups({"other,none,small"}));
}

TEST_F(PartitionedPlanTest, PartitionsAreNotMixed) {
	Commit({File("a1", 1, At("x", "1")), File("b1", 1, At("x", "2")), File("a2", 1, At("x", "1"))});
	// Another batch, with other codes for the same texts.
	Commit({File("b2", 1, At("x", "2")), File("c1", 1, At("2", "x")), File("a3", 1, At("x", "1"))});
	EXPECT_EQ(Plan(), Groups({"a1,a2,a3", "b1,b2"}));
	EXPECT_EQ(FilePartitions(*snapshot).Count(), 3u);
}

TEST_F(PartitionedPlanTest, NullAndTheEmptyTextAreOnePartition) {
	Commit({File("a", 1, At(std::nullopt, "1")), File("b", 1, At("", "1")), File("c", 1, At("1", std::nullopt))});
	EXPECT_EQ(Plan(), Groups({"a,b"}));
}

TEST_F(PartitionedPlanTest, OnlyChosenPartitions) {
	Commit({File("a1", 1, At("x", "1")), File("a2", 1, At("x", "1")), File("b1", 1, At("y", "1")),
	        File("b2", 1, At("y", "1"))});
	options.chosen_partitions = {false, true};
	EXPECT_EQ(Plan(), Groups({"b1,b2"}));
}

TEST_F(OptimizePlanTest, ManyFilesAreANumberEach) {
	std::vector<Action> actions;
	for (int i = 0; i < 20000; i++) {
		actions.emplace_back(File("part-" + std::to_string(i), 1));
	}
	Commit(actions);
	const FilePartitions partitions(*snapshot);
	const auto plan = PlanOptimize(*snapshot, partitions, options);
	ASSERT_EQ(plan.groups.size(), 1u);
	EXPECT_EQ(plan.files.size(), 20000u);
	EXPECT_EQ(plan.bytes, 20000u);
}

} // namespace

} // namespace merganser
