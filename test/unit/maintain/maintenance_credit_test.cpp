#include "base/random.hpp"
#include "maintain/maintenance_credit.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace merganser {

namespace {

constexpr double FRACTION = 0.2;
constexpr double UNLIMITED = std::numeric_limits<double>::infinity();

//! A commit of one small file.
CommittedStatement Append(double elapsed_ms, uint64_t table_files = 10) {
	CommittedStatement statement;
	statement.elapsed_ms = elapsed_ms;
	statement.small_files = 1;
	statement.table_files = table_files;
	return statement;
}

bool Begin(MaintenanceCredit &credit, const CommittedStatement &statement, double fraction) {
	credit.Earn(statement.elapsed_ms, fraction);
	return credit.TryBegin(statement);
}

//! A statement that finds work of one part; returns whether it did it.
bool Work(MaintenanceCredit &credit, const CommittedStatement &statement, double cost_ms, double fraction = FRACTION) {
	if (!Begin(credit, statement, fraction)) {
		return false;
	}
	if (credit.BudgetMs(cost_ms, statement.elapsed_ms) < cost_ms) {
		credit.Finish({0, cost_ms}, 0);
		return false;
	}
	credit.Finish({0, 0}, cost_ms);
	return true;
}

TEST(MaintenanceCreditTest, WaitsUntilItIsEarned) {
	MaintenanceCredit credit(0);
	for (int i = 0; i < 9; i++) {
		EXPECT_FALSE(Work(credit, Append(30), 59)) << i;
	}
	EXPECT_TRUE(Work(credit, Append(30), 59));
	EXPECT_NEAR(credit.BalanceMs(), 1, 1e-6);
	EXPECT_FALSE(Work(credit, Append(30), 59));
}

TEST(MaintenanceCreditTest, PaysWhatItTook) {
	MaintenanceCredit credit(0);
	ASSERT_TRUE(Begin(credit, Append(1000), FRACTION));
	EXPECT_EQ(credit.BudgetMs(100, 1000), 200);
	credit.Finish({0, 0}, 500);
	EXPECT_NEAR(credit.BalanceMs(), -300, 1e-9);
	EXPECT_FALSE(Begin(credit, Append(1000), FRACTION)) << "in debt";
	EXPECT_TRUE(Begin(credit, Append(1000), FRACTION));
}

TEST(MaintenanceCreditTest, EveryKindOfMaintenanceIsPaidFromOneBalance) {
	MaintenanceCredit credit(0);
	credit.Earn(1000, FRACTION);
	EXPECT_FALSE(credit.TryBeginOther(201, 1000));
	ASSERT_TRUE(credit.TryBeginOther(150, 1000));
	EXPECT_FALSE(credit.TryBegin(Append(1000))) << "somebody is at work";
	EXPECT_FALSE(credit.TryBeginOther(1, 1000));
	credit.FinishOther(180);
	EXPECT_NEAR(credit.BalanceMs(), 20, 1e-9);
	EXPECT_FALSE(credit.TryBeginOther(21, 1000));
	ASSERT_TRUE(credit.TryBegin(Append(1000)));
	EXPECT_EQ(credit.BudgetMs(21, 1000), 0);
	credit.Finish({0, 0}, 0);
	credit.Earn(0, UNLIMITED);
	EXPECT_TRUE(credit.TryBeginOther(1e9, 0));
}

TEST(MaintenanceCreditTest, OneProcessForEachStatementSpendsNoMoreOnAverage) {
	SeededRandom random(7);
	constexpr int PROCESSES = 20000;
	int runs = 0;
	for (int i = 0; i < PROCESSES; i++) {
		MaintenanceCredit credit(double(random.Below(1u << 30)) / double(1u << 30));
		runs += Work(credit, Append(30), 60);
	}
	// 6 ms earned for work of 60 ms: one in ten.
	EXPECT_NEAR(double(runs) / PROCESSES, 0.1, 0.01);
}

TEST(MaintenanceCreditTest, LongProcessesSpendNoMoreThanTheyEarnAndOneJob) {
	for (const auto share : {0.0, 0.5, 1.0}) {
		MaintenanceCredit credit(share);
		double spent_ms = 0;
		for (int i = 1; i <= 1000; i++) {
			spent_ms += Work(credit, Append(30), 60) ? 60 : 0;
			EXPECT_LE(spent_ms, FRACTION * 30 * i + share * 60 + 1e-6);
		}
		EXPECT_GE(spent_ms, FRACTION * 30 * 1000 - 120);
	}
}

TEST(MaintenanceCreditTest, WhatIsNotEarnedMakesNoStatementMuchLonger) {
	MaintenanceCredit credit(0.999);
	EXPECT_FALSE(Work(credit, Append(30), 10000)) << "a statement of 30 ms does not take 10 s";
	EXPECT_TRUE(Work(credit, Append(9500), 10000)) << "9.5 s of the cost, and 1.9 s that are earned";
}

TEST(MaintenanceCreditTest, SavesUpAMinute) {
	MaintenanceCredit credit(0);
	for (int i = 0; i < 1000; i++) {
		ASSERT_TRUE(Begin(credit, Append(10000), FRACTION));
		credit.Finish({0, 0}, 0);
	}
	EXPECT_EQ(credit.BalanceMs(), 60000);
}

TEST(MaintenanceCreditTest, LooksAgainWhenEnoughFilesHaveCome) {
	MaintenanceCredit credit(0);
	ASSERT_TRUE(Begin(credit, Append(30), FRACTION)) << "the first look";
	credit.Finish({3, 0}, 0);
	EXPECT_FALSE(Begin(credit, Append(30), FRACTION));
	EXPECT_FALSE(Begin(credit, Append(30), FRACTION));
	EXPECT_TRUE(Begin(credit, Append(30), FRACTION));
	credit.Finish({3, 0}, 0);
	// Others have added files.
	EXPECT_FALSE(Begin(credit, Append(30, 12), FRACTION));
	EXPECT_TRUE(Begin(credit, Append(30, 13), FRACTION));
	credit.Finish({3, 0}, 0);
	auto worn = Append(30, 13);
	worn.has_worn_files = true;
	EXPECT_TRUE(Begin(credit, worn, FRACTION));
}

TEST(MaintenanceCreditTest, ALookAtManyFilesIsPaidToo) {
	MaintenanceCredit credit(0);
	EXPECT_FALSE(Begin(credit, Append(30, 1000000), FRACTION)) << "100 ms for 6 ms";
	EXPECT_FALSE(Begin(credit, Append(30, 1000000), FRACTION));
	EXPECT_TRUE(Begin(credit, Append(500, 1000000), FRACTION));
}

TEST(MaintenanceCreditTest, OneThreadWorksAndWhatComesMeanwhileIsNotForgotten) {
	MaintenanceCredit credit(0);
	ASSERT_TRUE(Begin(credit, Append(30), FRACTION));
	EXPECT_FALSE(Begin(credit, Append(30), FRACTION));
	EXPECT_FALSE(Begin(credit, Append(30), FRACTION));
	credit.Finish({3, 0}, 0);
	EXPECT_TRUE(Begin(credit, Append(30), FRACTION)) << "the third since the look began";
}

TEST(MaintenanceCreditTest, AnInfiniteFractionPaysForAll) {
	MaintenanceCredit credit(0);
	EXPECT_TRUE(Work(credit, Append(0), 1e9, UNLIMITED));
	EXPECT_EQ(credit.BalanceMs(), 0);
	// And leaves nothing behind.
	EXPECT_FALSE(Work(credit, Append(30), 60));
}

TEST(MaintenancePaceTest, FollowsWhatWorkTakes) {
	MaintenancePace pace;
	EXPECT_EQ(pace.MsOf(50), 50);
	for (int i = 0; i < 20; i++) {
		pace.Learn(50, 10);
	}
	EXPECT_NEAR(pace.MsOf(50), 10, 0.01);
	EXPECT_NEAR(pace.CostWithin(pace.MsOf(70)), 70, 1e-6);
	for (int i = 0; i < 20; i++) {
		pace.Learn(50, 0);
	}
	EXPECT_GT(pace.MsOf(50), 0) << "a clock of whole milliseconds shows none";
}

} // namespace

} // namespace merganser
