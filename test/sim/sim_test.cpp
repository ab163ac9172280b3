#include "sim_check.hpp"
#include "sim_environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

namespace merganser {

namespace {

//! Which actors take part comes from the seed too: quiet stores and broken ones, few actors and many.
std::unique_ptr<SimWorld> RunSeed(uint64_t seed, bool keeps_trace = false) {
	const uint32_t fail_permilles[] = {0, 20, 80, 200};
	auto world = std::make_unique<SimWorld>(seed, fail_permilles[seed % 4]);
	world->scheduler.keeps_trace = keeps_trace;
	world->AddAppender("append1", 6);
	world->AddAppender("append2", 6);
	world->AddAppender("append3", 4);
	world->AddReader("reader", 12);
	if (seed % 3 != 0) {
		world->AddOverwriter("overwrite", 3);
		world->AddCompactor("compact", 4);
	}
	if (seed % 5 == 0) {
		world->AddDropper("drop", 2);
	}
	if (seed % 4 == 1) {
		world->AddAlterer("alter", 3);
	}
	if (seed % 2 == 0) {
		world->AddCheckpointer("checkpoint", 4);
	}
	world->Run();
	return world;
}

void ExpectGood(uint64_t seed, const SimWorld &world) {
	for (auto &problem : CheckRun(world)) {
		ADD_FAILURE() << "SIM_SEED=" << seed << ": " << problem;
	}
}

} // namespace

TEST(Sim, EverySeedKeepsTheRules) {
	if (std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "replaying one seed";
	}
	uint64_t seeds = NumberFromEnvironment("SIM_SEEDS", 200);
	std::map<CommitOutcome, size_t> outcomes;
	std::map<ConflictKind, size_t> conflicts;
	uint64_t faults = 0;
	for (uint64_t seed = 1; seed <= seeds && !HasFailure(); seed++) {
		auto world = RunSeed(seed);
		ExpectGood(seed, *world);
		faults += world->faulty->FaultCount();
		for (auto &record : world->commits) {
			outcomes[record.outcome]++;
			if (record.conflict) {
				conflicts[*record.conflict]++;
			}
			// Nothing but conflicts, lost answers and their like stops these writers.
			if (world->faulty->FaultCount() == 0) {
				EXPECT_NE(record.outcome, CommitOutcome::UNKNOWN) << record.message;
				EXPECT_NE(record.outcome, CommitOutcome::REJECTED) << record.message;
			}
		}
	}
	std::cout << "committed " << outcomes[CommitOutcome::COMMITTED] << ", conflicts "
	          << outcomes[CommitOutcome::CONFLICT] << ", rejected " << outcomes[CommitOutcome::REJECTED] << ", unknown "
	          << outcomes[CommitOutcome::UNKNOWN] << ", faults " << faults << std::endl;
	// A simulation in which nobody meets shows nothing.
	if (seeds >= 100) {
		EXPECT_GT(outcomes[CommitOutcome::COMMITTED], seeds * 10);
		for (auto kind : {ConflictKind::CONCURRENT_APPEND, ConflictKind::CONCURRENT_DELETE_READ,
		                  ConflictKind::METADATA_CHANGED, ConflictKind::TABLE_EXISTS, ConflictKind::TABLE_DROPPED}) {
			EXPECT_GT(conflicts[kind], 0u) << "never seen: conflict kind " << int(kind);
		}
	}
}

TEST(Sim, SameSeedTwiceIsEqual) {
	for (uint64_t seed = 1; seed <= 20; seed++) {
		auto first = RunSeed(seed);
		auto second = RunSeed(seed);
		EXPECT_EQ(first->scheduler.TraceHash(), second->scheduler.TraceHash()) << "SIM_SEED=" << seed;
		EXPECT_EQ(first->memory->Contents(), second->memory->Contents()) << "SIM_SEED=" << seed;
		EXPECT_EQ(first->clock.NowMs(), second->clock.NowMs()) << "SIM_SEED=" << seed;
	}
	EXPECT_NE(RunSeed(1)->scheduler.TraceHash(), RunSeed(2)->scheduler.TraceHash());
}

//! `SIM_SEED=17 sim --gtest_filter=Sim.Replay` runs one seed and tells every store call and every commit.
TEST(Sim, Replay) {
	if (!std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "set SIM_SEED to replay one seed";
	}
	uint64_t seed = NumberFromEnvironment("SIM_SEED", 1);
	auto world = RunSeed(seed, true);
	for (auto &line : world->scheduler.trace) {
		std::cout << line << "\n";
	}
	for (auto &record : world->commits) {
		std::cout << record.actor << " " << record.operation << " " << record.added_path << " outcome "
		          << int(record.outcome) << " version " << record.version << " " << record.message << "\n";
	}
	std::cout << "trace " << std::hex << world->scheduler.TraceHash() << std::dec << std::endl;
	ExpectGood(seed, *world);
}

} // namespace merganser
