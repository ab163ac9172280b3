#include "row_mix.hpp"
#include "serial_check.hpp"
#include "sim_environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

//! Every call to the store fails once, before it took effect, after, and late: one run for each, until a run is clean.
//! With one fault nobody may see more of it than a little time.

namespace merganser {

namespace {

std::unique_ptr<RowWorld> RunWithFault(uint64_t seed, uint64_t nth, FaultMoment moment, bool keeps_trace = false) {
	auto world = MakeSmallMix(seed);
	world->scheduler.keeps_trace = keeps_trace;
	world->faulty->FailCall(nth, moment);
	world->Run();
	return world;
}

void ExpectUnharmed(const RowWorld &world, const std::string &replay) {
	for (auto &problem : CheckSerial(world)) {
		ADD_FAILURE() << replay << ": " << problem;
	}
	for (auto &record : world.records) {
		EXPECT_EQ(record.outcome, CommitOutcome::COMMITTED) << replay << ": " << record.id << ": " << record.message;
	}
}

//! Returns how many calls a run without a fault makes.
uint64_t FailEveryCall(uint64_t seed, FaultMoment moment) {
	for (uint64_t nth = 1;; nth++) {
		auto world = RunWithFault(seed, nth, moment);
		ExpectUnharmed(*world, "SIM_SEED=" + std::to_string(seed) + " SIM_FAIL_AT=" + std::to_string(nth) +
		                           " SIM_FAIL_MOMENT=" + std::to_string(int(moment)));
		if (world->faulty->FaultCount() == 0 || testing::Test::HasFailure()) {
			return nth - 1;
		}
	}
}

void FailEveryCallOfSeeds(FaultMoment moment) {
	if (std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "replaying one seed";
	}
	for (uint64_t seed = 1; seed <= 4; seed++) {
		EXPECT_GT(FailEveryCall(seed, moment), 50u);
	}
}

} // namespace

TEST(RowAnomaly, EveryCallFailsBeforeItsEffect) {
	FailEveryCallOfSeeds(FaultMoment::BEFORE);
}

TEST(RowAnomaly, EveryCallFailsAfterItsEffect) {
	FailEveryCallOfSeeds(FaultMoment::AFTER);
}

TEST(RowAnomaly, EveryCallsEffectComesLate) {
	FailEveryCallOfSeeds(FaultMoment::LATE);
}

//! `SIM_SEED=1 SIM_FAIL_AT=57 SIM_FAIL_MOMENT=2 sim --gtest_filter=RowAnomaly.Replay` runs one of them.
TEST(RowAnomaly, Replay) {
	if (!std::getenv("SIM_SEED") || !std::getenv("SIM_FAIL_AT")) {
		GTEST_SKIP() << "set SIM_SEED and SIM_FAIL_AT to replay one run";
	}
	auto moment = FaultMoment(NumberFromEnvironment("SIM_FAIL_MOMENT", 0));
	auto world =
	    RunWithFault(NumberFromEnvironment("SIM_SEED", 1), NumberFromEnvironment("SIM_FAIL_AT", 1), moment, true);
	PrintRun(*world);
	ExpectUnharmed(*world, "replay");
}

} // namespace merganser
