#include "maintain/log_cleanup_plan.hpp"

#include "log/log_file_name.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

constexpr int64_t DAY_MS = 24ll * 60 * 60 * 1000;

TableConfiguration Configured(const StringMap &properties) {
	Metadata metadata;
	metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	metadata.schema_string = R"({"type":"struct","fields":[]})";
	metadata.configuration = properties;
	return TableConfiguration("lake.t", Protocol(), metadata);
}

class LogCleanupPlanTest : public testing::Test {
protected:
	void Put(const std::string &name, uint64_t size_bytes = 10) {
		ObjectInfo object;
		object.path = "/t/_delta_log/" + name;
		object.size_bytes = size_bytes;
		listing.push_back(object);
	}
	void Commits(int64_t first, int64_t last) {
		for (auto version = first; version <= last; version++) {
			Put(VersionText(version) + ".json");
		}
	}
	void Checkpoint(int64_t version) {
		Put(VersionText(version) + ".checkpoint.parquet");
	}
	//! The names, without leading zeros.
	std::string Planned(int64_t cutoff_version, const StringMap &properties = {}) {
		const auto plan = PlanLogCleanup(listing, cutoff_version, Configured(properties));
		std::string names;
		for (const auto &path : plan ? plan->files : std::vector<std::string>()) {
			const auto name = path.substr(path.rfind('/') + 1);
			names += name.substr(std::min(name.find_first_not_of('0'), size_t(19))) + " ";
		}
		return names;
	}

	std::vector<ObjectInfo> listing;
};

} // namespace

TEST_F(LogCleanupPlanTest, TheNewestCheckpointAtOrBeforeTheCutoffStaysWithAllAfterIt) {
	Commits(0, 9);
	for (const auto version : {2, 4, 6}) {
		Checkpoint(version);
	}
	EXPECT_EQ(Planned(5), "0.json 1.json 2.json 2.checkpoint.parquet 3.json ");
	EXPECT_EQ(Planned(4), "0.json 1.json 2.json 2.checkpoint.parquet 3.json ");
	EXPECT_EQ(Planned(3), "0.json 1.json ");
	EXPECT_EQ(Planned(9), "0.json 1.json 2.json 2.checkpoint.parquet 3.json 4.json 4.checkpoint.parquet 5.json ");
}

TEST_F(LogCleanupPlanTest, WithoutACheckpointNothingGoes) {
	Commits(0, 9);
	Checkpoint(8);
	EXPECT_EQ(Planned(7), "");
	EXPECT_EQ(Planned(-1), "");
}

TEST_F(LogCleanupPlanTest, AnIncompleteCheckpointIsNone) {
	Commits(0, 9);
	Checkpoint(2);
	Put(VersionText(4) + ".checkpoint.0000000001.0000000002.parquet");
	Put(VersionText(5) + ".checkpoint.parquet", 0);
	EXPECT_EQ(Planned(9), "0.json 1.json ");
	// All its parts are there: now it counts, and what is in front of it goes, whole or not.
	Put(VersionText(6) + ".checkpoint.0000000001.0000000002.parquet");
	Put(VersionText(6) + ".checkpoint.0000000002.0000000002.parquet");
	EXPECT_EQ(Planned(9), "0.json 1.json 2.json 2.checkpoint.parquet 3.json 4.json "
	                      "4.checkpoint.0000000001.0000000002.parquet 5.json 5.checkpoint.parquet ");
}

TEST_F(LogCleanupPlanTest, ChecksumsAndCompactedFilesGoWithTheirVersions) {
	Commits(0, 5);
	Checkpoint(2);
	for (const auto version : {1, 2, 3}) {
		Put(VersionText(version) + ".crc");
	}
	Put(VersionText(0) + "." + VersionText(1) + ".compacted.json");
	Put(VersionText(2) + "." + VersionText(4) + ".compacted.json");
	Put(VersionText(3) + "." + VersionText(4) + ".compacted.json");
	EXPECT_EQ(Planned(5),
	          "0.json 0." + VersionText(1) + ".compacted.json 1.json 1.crc 2." + VersionText(4) + ".compacted.json ");
}

TEST_F(LogCleanupPlanTest, WhatTheProtocolDoesNotNameStays) {
	Commits(0, 5);
	Checkpoint(2);
	for (const auto *name : {"_last_checkpoint", "0.json", "notes.txt", "00000000000000000001.json.bak"}) {
		Put(name);
	}
	EXPECT_EQ(Planned(5), "0.json 1.json ");
}

TEST_F(LogCleanupPlanTest, ALogWithAGapIsLeftAlone) {
	Commits(0, 3);
	Commits(5, 9);
	Checkpoint(2);
	Checkpoint(8);
	EXPECT_EQ(Planned(3), "");
	// Behind the gap nothing is missing.
	EXPECT_EQ(Planned(9), "0.json 1.json 2.json 2.checkpoint.parquet 3.json 5.json 6.json 7.json ");
}

TEST_F(LogCleanupPlanTest, ProtectedCheckpointsStayUntilAllOfThemMayGo) {
	Commits(0, 9);
	for (const auto version : {2, 4, 6}) {
		Checkpoint(version);
	}
	const StringMap properties {{"delta.requireCheckpointProtectionBeforeVersion", "6"}};
	EXPECT_EQ(Planned(5, properties), "");
	EXPECT_EQ(Planned(6, properties), Planned(6));
	EXPECT_NE(Planned(6), "");
}

TEST_F(LogCleanupPlanTest, ALogThatIsCleanAlreadyNeedsNoPlan) {
	Commits(4, 9);
	Checkpoint(4);
	EXPECT_EQ(Planned(9), "");
}

TEST(LogCutoff, IsTheMidnightOfTheDayThatTheRetentionReaches) {
	const auto now_ms = 100 * DAY_MS + 5;
	EXPECT_EQ(LogCutoff(Configured({}), now_ms), 70 * DAY_MS);
	EXPECT_EQ(LogCutoff(Configured({{"delta.logRetentionDuration", "interval 1 day"}}), now_ms), 99 * DAY_MS);
	EXPECT_EQ(LogCutoff(Configured({{"delta.logRetentionDuration", "interval 36 hours"}}), now_ms), 98 * DAY_MS);
	EXPECT_EQ(LogCutoff(Configured({{"delta.logRetentionDuration", "interval 0 days"}}), now_ms), 100 * DAY_MS);
	EXPECT_EQ(LogCutoff(Configured({{"delta.enableExpiredLogCleanup", "false"}}), now_ms), std::nullopt);
}

TEST(SidecarCleanup, NamedAndYoungOnesStay) {
	const auto now_ms = 100 * DAY_MS + 5;
	std::vector<ObjectInfo> sidecars;
	auto put = [&](const std::string &path, int64_t modified_ms) {
		ObjectInfo object;
		object.path = path;
		object.modified_ms = modified_ms;
		sidecars.push_back(object);
	};
	put("old", 90 * DAY_MS);
	put("named", 90 * DAY_MS);
	put("young", 99 * DAY_MS);
	EXPECT_EQ(PlanSidecarCleanup(sidecars, {"named"}, now_ms), std::vector<std::string> {"old"});
}

} // namespace merganser
