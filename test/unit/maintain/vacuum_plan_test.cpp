#include "maintain/vacuum_plan.hpp"

#include "base/error.hpp"
#include "support/expect_error.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

constexpr int64_t CUTOFF_MS = 1000;

class VacuumPlanTest : public testing::Test {
protected:
	VacuumPlanTest() : plan(VacuumScope {"/lake/t", CUTOFF_MS, {"_p", "col-1"}}, KeptFiles()) {
	}

	//! As a walk does: folders from the top down, then the file.
	void Find(const std::string &relative_path, int64_t modified_ms = CUTOFF_MS - 1) {
		for (auto slash = relative_path.find('/'); slash != std::string::npos;
		     slash = relative_path.find('/', slash + 1)) {
			if (!plan.Enters("/lake/t/" + relative_path.substr(0, slash))) {
				return;
			}
		}
		ObjectInfo object;
		object.path = "/lake/t/" + relative_path;
		object.size_bytes = 10;
		object.modified_ms = modified_ms;
		plan.Take(object);
	}
	std::string Planned() {
		plan.FinishWalk();
		std::string paths;
		for (size_t file = 0; file < plan.Count(); file++) {
			paths += std::string(plan.RelativePathOf(file)) + " ";
		}
		return paths;
	}
	void Keep(const std::string &path) {
		AddFile add;
		add.path = path;
		plan.Keep(add);
	}

	VacuumPlan plan;
};

} // namespace

TEST_F(VacuumPlanTest, WhatNobodyNeedsGoes) {
	Keep("live.parquet");
	Find("live.parquet");
	Find("gone.parquet");
	Find("p=1/gone.parquet");
	EXPECT_EQ(Planned(), "gone.parquet p=1/gone.parquet ");
	EXPECT_EQ(plan.PathOf(1), "/lake/t/p=1/gone.parquet");
	EXPECT_EQ(plan.Bytes(), 20u);
	EXPECT_EQ(plan.ModifiedOf(0), CUTOFF_MS - 1);
}

TEST_F(VacuumPlanTest, YoungFilesStayForTheirWriters) {
	Find("at.parquet", CUTOFF_MS);
	Find("young.parquet", CUTOFF_MS + 1);
	Find("old.parquet", CUTOFF_MS - 1);
	EXPECT_EQ(Planned(), "old.parquet ");
}

TEST_F(VacuumPlanTest, NamesWithUnderscoreAndDotAreNotLookedAt) {
	for (const auto *path : {"_delta_log/00000000000000000000.json", "_symlink_format_manifest/manifest", "_metadata/x",
	                         "_success", ".crc", "p=1/.x.parquet.crc", ".hidden/x.parquet", "p=1/_temporary/x.parquet",
	                         "p=1/_change_data/x.parquet"}) {
		Find(path);
	}
	EXPECT_EQ(Planned(), "");
}

TEST_F(VacuumPlanTest, ChangeDataIsLookedAt) {
	Find("_change_data/x.parquet");
	Find("_change_data/p=1/x.parquet");
	EXPECT_EQ(Planned(), "_change_data/x.parquet _change_data/p=1/x.parquet ");
}

TEST_F(VacuumPlanTest, FoldersOfPartitionColumnsAreDataWhateverTheirName) {
	Find("_p=1/x.parquet");
	Find("_q=1/x.parquet");
	EXPECT_EQ(Planned(), "_p=1/x.parquet ");
}

TEST_F(VacuumPlanTest, AFolderWithALogIsAnotherTable) {
	Find("inner/data.parquet");
	Find("inner/p=1/data.parquet");
	Find("inner/_delta_log/00000000000000000000.json");
	Find("inner2/data.parquet");
	EXPECT_EQ(Planned(), "inner2/data.parquet ");
}

TEST_F(VacuumPlanTest, ACommitThatCameSinceKeepsItsFiles) {
	Find("restored.parquet");
	Find("gone.parquet");
	plan.FinishWalk();
	Keep("restored.parquet");
	EXPECT_FALSE(plan.MayGo(0));
	EXPECT_TRUE(plan.MayGo(1));
}

TEST_F(VacuumPlanTest, NothingOutsideOfTheFolderCanBePlanned) {
	ObjectInfo object;
	for (const auto *path : {"/lake/t2/x.parquet", "/lake/t", "/lake/t/../t2/x.parquet", "x.parquet"}) {
		object.path = path;
		ExpectError(ErrorKind::INTERNAL, "below its folder", [&] { plan.Take(object); });
	}
	EXPECT_EQ(plan.Count(), 0u);
}

} // namespace merganser
