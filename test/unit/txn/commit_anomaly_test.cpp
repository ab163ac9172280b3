#include "txn_fixture.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace merganser {

namespace {

//! Prepares a world and gives the commit to be made; its file is called "mine".
using Scenario = std::function<CommitRequest(TxnWorld &)>;

CommitRequest CreateScenario(TxnWorld &world) {
	auto request = world.Create();
	request.change.added_files = {TxnWorld::File("mine")};
	return request;
}

CommitRequest LostCreateScenario(TxnWorld &world) {
	world.Commit(world.Create());
	return CreateScenario(world);
}

CommitRequest AppendScenario(TxnWorld &world) {
	return world.Append(world.Commit(world.Create()).snapshot, "mine");
}

CommitRequest RebaseScenario(TxnWorld &world) {
	auto request = AppendScenario(world);
	world.PutForeign(1, {TxnWorld::File("theirs1")});
	world.PutForeign(2, {TxnWorld::File("theirs2")});
	return request;
}

CommitRequest ConflictScenario(TxnWorld &world) {
	auto request = RebaseScenario(world);
	request.read_set.whole_table = true;
	return request;
}

void CheckOutcome(TxnWorld &world, const CommitResult &result, const std::string &where) {
	size_t times = world.CountAdds("mine");
	switch (result.outcome) {
	case CommitOutcome::COMMITTED:
		EXPECT_EQ(times, 1u) << where;
		EXPECT_EQ(world.InfoOf(result.version).engine_info, "Merganser/test") << where;
		ASSERT_TRUE(result.snapshot) << where;
		EXPECT_EQ(result.snapshot->version, result.version) << where;
		EXPECT_EQ(world.Latest()->files.LiveCount(), result.snapshot->files.LiveCount()) << where;
		return;
	case CommitOutcome::CONFLICT:
	case CommitOutcome::REJECTED:
		EXPECT_EQ(times, 0u) << where << ": " << result.message;
		return;
	case CommitOutcome::UNKNOWN:
		EXPECT_LE(times, 1u) << where;
		return;
	}
}

//! Fails the nth store call, n = 1 … until a run has no fault; every run ends as it would without.
void FailEveryCall(const Scenario &scenario, CommitOutcome expected) {
	for (auto moment : {FaultMoment::BEFORE, FaultMoment::AFTER, FaultMoment::LATE}) {
		for (uint64_t nth = 1;; nth++) {
			auto where = "call " + std::to_string(nth) + ", moment " + std::to_string(int(moment));
			TxnWorld world;
			auto request = scenario(world);
			world.faulty->FailCall(nth, moment);
			auto result = world.Commit(request);
			bool is_clean = world.faulty->FaultCount() == 0;
			world.faulty->Heal();
			world.faulty->FlushLate();
			EXPECT_EQ(result.outcome, expected) << where << ": " << result.message;
			CheckOutcome(world, result, where);
			if (is_clean) {
				EXPECT_GT(nth, 1u);
				break;
			}
			ASSERT_LT(nth, 100u);
		}
	}
}

} // namespace

TEST(CommitAnomaly, EveryCallOfCreateFailsOnce) {
	FailEveryCall(CreateScenario, CommitOutcome::COMMITTED);
}

TEST(CommitAnomaly, EveryCallOfLostCreateFailsOnce) {
	FailEveryCall(LostCreateScenario, CommitOutcome::CONFLICT);
}

TEST(CommitAnomaly, EveryCallOfAppendFailsOnce) {
	FailEveryCall(AppendScenario, CommitOutcome::COMMITTED);
}

TEST(CommitAnomaly, EveryCallOfRebaseFailsOnce) {
	FailEveryCall(RebaseScenario, CommitOutcome::COMMITTED);
}

TEST(CommitAnomaly, EveryCallOfConflictFailsOnce) {
	FailEveryCall(ConflictScenario, CommitOutcome::CONFLICT);
}

//! Stores that break most calls: any outcome may be reported, but never a wrong one.
TEST(CommitAnomaly, BrokenStoresNeverMakeAWrongOutcome) {
	std::set<CommitOutcome> seen;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		for (auto &scenario : {Scenario(CreateScenario), Scenario(AppendScenario), Scenario(RebaseScenario),
		                       Scenario(ConflictScenario)}) {
			TxnWorld world;
			auto request = scenario(world);
			FaultPlan plan;
			plan.seed = seed;
			plan.fail_permille = uint32_t(seed % 10) * 100 + 100;
			auto broken = std::make_shared<FaultyStore>(world.memory, plan, world.clock);
			request.location.store = broken;
			auto result = world.Commit(request);
			broken->Heal();
			broken->FlushLate();
			seen.insert(result.outcome);
			if (result.snapshot || result.outcome != CommitOutcome::COMMITTED) {
				CheckOutcome(world, result, "seed " + std::to_string(seed));
			} else {
				EXPECT_EQ(world.CountAdds("mine"), 1u);
			}
		}
	}
	EXPECT_TRUE(seen.contains(CommitOutcome::COMMITTED));
	EXPECT_TRUE(seen.contains(CommitOutcome::CONFLICT));
	EXPECT_TRUE(seen.contains(CommitOutcome::UNKNOWN));
}

//! Our put is lost and comes late, while another takes the slot: it must not be in the log twice, nor under two
//! versions.
TEST(CommitAnomaly, LatePutMeetsAnotherWriter) {
	for (uint64_t other_at = 1; other_at <= 6; other_at++) {
		TxnWorld world;
		auto request = AppendScenario(world);
		uint64_t calls = 0;
		world.hook = [&](StoreCall, const std::string &) {
			if (++calls == other_at) {
				world.PutForeign(1, {TxnWorld::File("theirs")});
			}
		};
		world.faulty->FailCall(1, FaultMoment::LATE);
		auto result = world.Commit(request);
		world.faulty->FlushLate();
		ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
		CheckOutcome(world, result, "other at call " + std::to_string(other_at));
	}
}

} // namespace merganser
