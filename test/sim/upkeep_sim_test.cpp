#include "sim_environment.hpp"
#include "upkeep_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace merganser {

namespace {

std::unique_ptr<UpkeepWorld> RunUpkeepSeed(uint64_t seed, bool keeps_trace = false) {
	const uint32_t fail_permilles[] = {0, 10, 50};
	auto world = std::make_unique<UpkeepWorld>(seed, fail_permilles[seed % 3]);
	world->scheduler.keeps_trace = keeps_trace;
	world->AddEverybody();
	world->Run();
	return world;
}

void ExpectGoodUpkeep(uint64_t seed, UpkeepWorld &world) {
	for (const auto &problem : world.Check()) {
		ADD_FAILURE() << "SIM_SEED=" << seed << ": " << problem;
	}
}

} // namespace

TEST(UpkeepSim, NothingWithinTheRetentionIsLost) {
	if (std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "replaying one seed";
	}
	const uint64_t seeds = NumberFromEnvironment("SIM_SEEDS", 60);
	uint64_t deleted_files = 0;
	uint64_t deleted_by_log = 0;
	uint64_t deleted_log_files = 0;
	uint64_t restores = 0;
	uint64_t optimized_files = 0;
	uint64_t versions_read = 0;
	uint64_t voids = 0;
	for (uint64_t seed = 1; seed <= seeds && !HasFailure(); seed++) {
		auto world = RunUpkeepSeed(seed);
		ExpectGoodUpkeep(seed, *world);
		deleted_files += world->deleted_files;
		deleted_by_log += world->deleted_by_log;
		deleted_log_files += world->deleted_log_files;
		restores += world->restores;
		optimized_files += world->optimized_files;
		versions_read += world->versions_read;
		voids += world->is_void;
	}
	std::cout << "deleted files " << deleted_files << ", by the log " << deleted_by_log << ", log files "
	          << deleted_log_files << ", restores " << restores << ", optimized files " << optimized_files
	          << ", versions read " << versions_read << ", void " << voids << std::endl;
	// A simulation in which nothing is deleted shows nothing. How often is a rate over many seeds.
	EXPECT_GT(deleted_by_log, 0u);
	if (seeds < 60) {
		return;
	}
	EXPECT_GT(deleted_files, seeds);
	EXPECT_GT(deleted_by_log, seeds);
	EXPECT_GT(deleted_log_files, seeds);
	EXPECT_GT(restores, seeds / 2);
	EXPECT_GT(optimized_files, seeds);
	EXPECT_GT(versions_read, seeds * 10);
	EXPECT_LT(voids, seeds / 4);
}

TEST(UpkeepSim, SameSeedTwiceIsEqual) {
	for (uint64_t seed = 1; seed <= 6; seed++) {
		auto first = RunUpkeepSeed(seed);
		auto second = RunUpkeepSeed(seed);
		EXPECT_EQ(first->scheduler.TraceHash(), second->scheduler.TraceHash()) << "SIM_SEED=" << seed;
		EXPECT_EQ(first->memory->Contents(), second->memory->Contents()) << "SIM_SEED=" << seed;
	}
}

//! `SIM_SEED=17 sim --gtest_filter=UpkeepSim.Replay` runs one seed and tells every store call.
TEST(UpkeepSim, Replay) {
	if (!std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "set SIM_SEED to replay one seed";
	}
	const auto seed = NumberFromEnvironment("SIM_SEED", 1);
	auto world = RunUpkeepSeed(seed, true);
	for (const auto &line : world->scheduler.trace) {
		std::cout << line << "\n";
	}
	ExpectGoodUpkeep(seed, *world);
}

} // namespace merganser
