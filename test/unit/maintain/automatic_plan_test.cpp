#include "maintain/automatic_plan.hpp"
#include "planned_table.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace merganser {

namespace {

constexpr double ALL = std::numeric_limits<double>::infinity();

class AutomaticPlanTest : public PlannedTable {
protected:
	explicit AutomaticPlanTest(std::vector<std::string> partition_columns = {})
	    : PlannedTable(std::move(partition_columns)) {
		options.target_file_size_bytes = TARGET;
		options.files_min = 4;
	}

	//! One commit for each, as appends make them.
	void AddFiles(const std::string &name, int count, int64_t size, const PartitionValues &values = {}) {
		for (int i = 0; i < count; i++) {
			Commit({File(name + std::to_string(i), size, values)});
		}
	}
	CompactionLook Look() {
		return LookForCompaction(*snapshot, FilePartitions(*snapshot), options);
	}
	//! The files that are written anew for this cost, group by group.
	std::vector<std::string> Due(double cost_max_ms = ALL) {
		const FilePartitions partitions(*snapshot);
		const auto plan = CutToCost(*snapshot, Look().due, options, cost_max_ms);
		std::vector<std::string> groups;
		uint64_t bytes = 0;
		for (const auto &group : plan.groups) {
			auto &text = groups.emplace_back();
			for (size_t i = group.begin; i < group.end; i++) {
				const auto &batch = snapshot->files.BatchOf(plan.files[i]);
				EXPECT_EQ(partitions.NumberOf(plan.files[i]), group.partition);
				text += (text.empty() ? "" : ",") + std::string(batch.Path(plan.files[i].row));
				bytes += batch.SizeBytes(plan.files[i].row);
			}
		}
		EXPECT_EQ(plan.bytes, bytes);
		EXPECT_EQ(plan.is_needed_alone.size(), plan.files.size());
		return groups;
	}
	using Groups = std::vector<std::string>;

	CompactionOptions options;
};

class PartitionedAutomaticPlanTest : public AutomaticPlanTest {
protected:
	PartitionedAutomaticPlanTest() : AutomaticPlanTest({"p", "q"}) {
	}
};

TEST_F(AutomaticPlanTest, SaysHowManySmallFilesAreMissing) {
	EXPECT_EQ(Look().missing_files, 4u);
	AddFiles("a", 3, 10);
	AddFiles("large", 3, TARGET / 2);
	EXPECT_EQ(Look().missing_files, 1u);
	EXPECT_EQ(Due(), Groups());
	AddFiles("b", 1, 10);
	EXPECT_EQ(Look().missing_files, 0u);
	EXPECT_EQ(Due(), Groups({"a0,a1,a2,b0"}));
}

TEST_F(AutomaticPlanTest, AFileJoinsOthersThatAreAsLargeTogether) {
	AddFiles("sum", 1, 41);
	AddFiles("a", 4, 10);
	EXPECT_EQ(Due(), Groups({"a0,a1,a2,a3"}));
	AddFiles("b", 1, 1);
	EXPECT_EQ(Due(), Groups({"sum0,a0,a1,a2,a3,b0"}));
}

TEST_F(AutomaticPlanTest, FilesThatDoubleAreNotJoined) {
	for (int64_t size = 1; size < TARGET / 2; size *= 2) {
		Commit({File("f" + std::to_string(size), size)});
	}
	EXPECT_EQ(Due(), Groups());
	EXPECT_EQ(Look().missing_files, 1u);
}

TEST_F(AutomaticPlanTest, AppendsWriteEachRowALogarithmOfTimes) {
	// As if each due plan were done: 4096 appends of one byte.
	uint64_t written = 0;
	for (int n = 0; n < 4096; n++) {
		Commit({File("f" + std::to_string(n), 1)});
		const auto plan = Look().due;
		if (plan.files.empty()) {
			continue;
		}
		std::vector<Action> actions;
		for (const auto file : plan.files) {
			RemoveFile remove;
			remove.path = std::string(snapshot->files.BatchOf(file).Path(file.row));
			actions.emplace_back(remove);
		}
		actions.emplace_back(File("joined" + std::to_string(n), int64_t(plan.bytes)));
		Commit(actions);
		written += plan.bytes;
	}
	EXPECT_LT(written, 4096u * 13);
	EXPECT_LT(snapshot->files.LiveCount(), 32u);
	EXPECT_EQ(snapshot->files.LiveBytes(), 4096u);
}

TEST_F(AutomaticPlanTest, AWornFileIsDueAlone) {
	AddFiles("a", 2, 10);
	const auto third = WithDeleted(File("third", TARGET), 33);
	const auto more = WithDeleted(File("more", TARGET), 34);
	EXPECT_FALSE(IsWorn(third));
	EXPECT_TRUE(IsWorn(more));
	auto unknown = WithDeleted(File("unknown", TARGET), 34);
	unknown.stats.reset();
	EXPECT_FALSE(IsWorn(unknown));
	Commit({third, more, unknown});
	EXPECT_EQ(Due(), Groups({"more"}));
}

TEST_F(AutomaticPlanTest, TakesThePartThatIsPaidFor) {
	AddFiles("a", 10, 100);
	Commit({WithDeleted(File("worn", TARGET), 90)});
	const auto due = Look().due;
	EXPECT_EQ(SmallestPartMs(*snapshot, due, options), CompactionCostMs(1, TARGET));
	EXPECT_EQ(Due(CompactionCostMs(1, TARGET) + 0.01), Groups({"worn"}));
	EXPECT_EQ(Due(CompactionCostMs(1, TARGET) - 0.01), Groups());
	EXPECT_EQ(Due(CompactionCostMs(5, TARGET + 400) - 0.01), Groups({"worn"}));
	EXPECT_EQ(Due(CompactionCostMs(5, TARGET + 400) + 0.01), Groups({"a0,a1,a2,a3,worn"}));
	EXPECT_EQ(Due(CompactionCostMs(11, TARGET + 1000) + 0.01).size(), 1u);
	EXPECT_EQ(CutToCost(*snapshot, due, options, ALL).files.size(), 11u);
}

TEST_F(AutomaticPlanTest, LeavesFilesOfOtherClusteringImplementationsAlone) {
	AddFiles("a", 3, 10);
	auto foreign = File("foreign", 10);
	foreign.clustering_provider = "liquid";
	Commit({foreign});
	options.keeps_other_providers = true;
	EXPECT_EQ(Due(), Groups());
	options.keeps_other_providers = false;
	EXPECT_EQ(Due(), Groups({"a0,a1,a2,foreign"}));
}

TEST_F(PartitionedAutomaticPlanTest, EachPartitionCountsForItself) {
	AddFiles("x", 3, 10, At("x", "1"));
	AddFiles("y", 3, 10, At("y", "1"));
	EXPECT_EQ(Due(), Groups());
	EXPECT_EQ(Look().missing_files, 1u);
	AddFiles("z", 1, 10, At("y", "1"));
	EXPECT_EQ(Due(), Groups({"y0,y1,y2,z0"}));
	EXPECT_EQ(SmallestPartMs(*snapshot, Look().due, options), CompactionCostMs(4, 40));
	AddFiles("w", 1, 10, At("x", "1"));
	EXPECT_EQ(Due(), Groups({"x0,x1,x2,w0", "y0,y1,y2,z0"}));
	EXPECT_EQ(Due(CompactionCostMs(4, 40) + 0.01), Groups({"x0,x1,x2,w0"}));
}

} // namespace

} // namespace merganser
