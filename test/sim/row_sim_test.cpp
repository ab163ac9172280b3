#include "row_mix.hpp"
#include "serial_check.hpp"
#include "sim_environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

namespace merganser {

namespace {

using enum StatementKind;

void ExpectSerial(uint64_t seed, const RowWorld &world) {
	for (auto &problem : CheckSerial(world)) {
		ADD_FAILURE() << "SIM_SEED=" << seed << ": " << problem;
	}
}

//! What happened over many seeds: a simulation in which nobody meets shows nothing.
struct Tally {
	std::map<CommitOutcome, size_t> outcomes;
	std::map<ConflictKind, size_t> conflicts;
	std::map<StatementKind, size_t> committed_kinds;
	size_t committed_again = 0;
	size_t read_only = 0;
	size_t several_statements = 0;
	uint64_t faults = 0;

	void Add(const RowWorld &world) {
		faults += world.faulty->FaultCount();
		for (auto &record : world.records) {
			outcomes[record.outcome]++;
			if (record.last_conflict) {
				conflicts[*record.last_conflict]++;
			}
			if (record.outcome != CommitOutcome::COMMITTED) {
				continue;
			}
			read_only += record.is_read_only;
			committed_again += record.executions > 1 && !record.is_read_only;
			several_statements += record.statements.size() > 1 && !record.is_read_only;
			for (auto &statement : record.statements) {
				committed_kinds[statement.kind]++;
			}
		}
	}

	void Print() {
		std::cout << "committed " << outcomes[CommitOutcome::COMMITTED] << " (" << read_only << " read only, "
		          << several_statements << " of several statements, " << committed_again
		          << " executed again), conflicts " << outcomes[CommitOutcome::CONFLICT] << ", rejected "
		          << outcomes[CommitOutcome::REJECTED] << ", unknown " << outcomes[CommitOutcome::UNKNOWN]
		          << ", faults " << faults << std::endl;
	}
};

} // namespace

TEST(RowSim, EverySeedIsSerial) {
	if (std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "replaying one seed";
	}
	uint64_t seeds = NumberFromEnvironment("SIM_SEEDS", 300);
	Tally tally;
	for (uint64_t seed = 1; seed <= seeds && !HasFailure(); seed++) {
		auto world = MakeMix(seed);
		world->Run();
		ExpectSerial(seed, *world);
		tally.Add(*world);
		for (auto &record : world->records) {
			bool is_lost = record.outcome == CommitOutcome::UNKNOWN || record.outcome == CommitOutcome::REJECTED;
			EXPECT_FALSE(is_lost && world->faulty->FaultCount() == 0) << "SIM_SEED=" << seed << ": " << record.message;
		}
	}
	tally.Print();
	if (seeds < 100) {
		return;
	}
	EXPECT_GT(tally.outcomes[CommitOutcome::COMMITTED], seeds * 15);
	EXPECT_GT(tally.committed_again, seeds);
	EXPECT_GT(tally.several_statements, seeds);
	EXPECT_GT(tally.faults, seeds);
	EXPECT_GT(tally.outcomes[CommitOutcome::UNKNOWN], 0u) << "no outage met a commit";
	for (auto kind :
	     {ConflictKind::CONCURRENT_APPEND, ConflictKind::CONCURRENT_DELETE_READ, ConflictKind::METADATA_CHANGED}) {
		EXPECT_GT(tally.conflicts[kind], 0u) << "never seen: conflict kind " << int(kind);
	}
	for (auto kind : {SELECT, INSERT, SELF_INSERT, UPDATE, DELETE, MERGE, OVERWRITE, TRANSFER, WITHDRAW, RESERVE}) {
		EXPECT_GT(tally.committed_kinds[kind], 0u) << "never seen: " << NameOf(kind);
	}
}

TEST(RowSim, SameSeedTwiceIsEqual) {
	for (uint64_t seed = 1; seed <= 24; seed++) {
		auto first = MakeMix(seed);
		auto second = MakeMix(seed);
		first->Run();
		second->Run();
		EXPECT_EQ(first->scheduler.TraceHash(), second->scheduler.TraceHash()) << "SIM_SEED=" << seed;
		EXPECT_EQ(first->memory->Contents(), second->memory->Contents()) << "SIM_SEED=" << seed;
		EXPECT_EQ(first->clock.NowMs(), second->clock.NowMs()) << "SIM_SEED=" << seed;
	}
}

//! `SIM_SEED=17 sim --gtest_filter=RowSim.Replay` runs one seed and tells every store call and every transaction.
TEST(RowSim, Replay) {
	if (!std::getenv("SIM_SEED")) {
		GTEST_SKIP() << "set SIM_SEED to replay one seed";
	}
	uint64_t seed = NumberFromEnvironment("SIM_SEED", 1);
	auto world = MakeMix(seed);
	world->scheduler.keeps_trace = true;
	world->Run();
	PrintRun(*world);
	ExpectSerial(seed, *world);
}

} // namespace merganser
