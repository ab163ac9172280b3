#include "maintain/vacuum_schedule.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace merganser {

TEST(VacuumScheduleTest, LooksLieADayApartOrLess) {
	constexpr int64_t DAY_MS = 24ll * 60 * 60 * 1000;
	EXPECT_EQ(VacuumIntervalMs(30 * DAY_MS), DAY_MS);
	EXPECT_EQ(VacuumIntervalMs(7 * DAY_MS), DAY_MS);
	EXPECT_EQ(VacuumIntervalMs(DAY_MS), DAY_MS / 7);
	EXPECT_EQ(VacuumIntervalMs(0), 0);
}

TEST(VacuumScheduleTest, APartCostsWhatItWasCutTo) {
	for (const uint64_t files : {0, 1, 1000, 123456}) {
		EXPECT_EQ(VacuumFilesWithin(VacuumCostMs(50, files), 50), files);
	}
	EXPECT_EQ(VacuumFilesWithin(1, 50), 0u);
	EXPECT_EQ(VacuumFilesWithin(std::numeric_limits<double>::infinity(), 50), UINT64_MAX);
}

TEST(VacuumScheduleTest, WaitsForTimeAndForCredit) {
	VacuumSchedule schedule;
	EXPECT_TRUE(schedule.IsDue(0));
	const auto look_ms = schedule.CostMs();
	schedule.WaitFor(500);
	EXPECT_TRUE(schedule.IsDue(0));
	EXPECT_EQ(schedule.CostMs(), 500);
	schedule.WaitUntil(10);
	EXPECT_FALSE(schedule.IsDue(9));
	EXPECT_TRUE(schedule.IsDue(10));
	EXPECT_EQ(schedule.CostMs(), look_ms);
}

} // namespace merganser
