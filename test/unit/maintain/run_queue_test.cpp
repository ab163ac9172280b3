#include "maintain/run_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace merganser {

namespace {

std::vector<size_t> TakeAll(RunQueue &queue, size_t worker) {
	std::vector<size_t> runs;
	while (const auto run = queue.Next(worker)) {
		runs.push_back(*run);
	}
	return runs;
}

TEST(RunQueueTest, AWorkerGetsNeighbours) {
	RunQueue queue(10, 2);
	const auto first = queue.AddWorker();
	const auto second = queue.AddWorker();
	for (size_t i = 0; i < 5; i++) {
		EXPECT_EQ(queue.Next(first), i);
		EXPECT_EQ(queue.Next(second), 5 + i);
	}
	EXPECT_EQ(queue.Next(first), std::nullopt);
	EXPECT_EQ(queue.Next(second), std::nullopt);
}

TEST(RunQueueTest, WhoIsDoneTakesTheFarHalfOfWhatIsLeft) {
	RunQueue queue(16, 2);
	const auto first = queue.AddWorker();
	const auto second = queue.AddWorker();
	EXPECT_EQ(queue.Next(second), 8u);
	for (size_t i = 0; i < 8; i++) {
		EXPECT_EQ(queue.Next(first), i);
	}
	// 9 … 15 are left.
	EXPECT_EQ(queue.Next(first), 12u);
	EXPECT_EQ(queue.Next(second), 9u);
	EXPECT_EQ(TakeAll(queue, second), (std::vector<size_t> {10, 11, 14, 15, 13}));
	EXPECT_EQ(queue.Next(first), std::nullopt);
}

TEST(RunQueueTest, OneWorkerDoesAllWhereOthersDoNotCome) {
	RunQueue queue(7, 3);
	auto runs = TakeAll(queue, queue.AddWorker());
	std::sort(runs.begin(), runs.end());
	EXPECT_EQ(runs, (std::vector<size_t> {0, 1, 2, 3, 4, 5, 6}));
	EXPECT_EQ(queue.Next(queue.AddWorker()), std::nullopt);
}

TEST(RunQueueTest, WorkersWhoWereNotAnnouncedHelp) {
	RunQueue queue(4, 1);
	queue.AddWorker();
	const auto other = queue.AddWorker();
	EXPECT_EQ(queue.Next(other), 2u);
	EXPECT_EQ(queue.Next(0), 0u);
}

TEST(RunQueueTest, NothingIsLeftAfterStop) {
	RunQueue queue(10, 2);
	const auto worker = queue.AddWorker();
	EXPECT_EQ(queue.Next(worker), 0u);
	queue.Stop();
	EXPECT_EQ(queue.Next(worker), std::nullopt);
	EXPECT_EQ(queue.Next(queue.AddWorker()), std::nullopt);
}

TEST(RunQueueTest, NoWork) {
	RunQueue queue(0, 2);
	EXPECT_EQ(queue.Next(queue.AddWorker()), std::nullopt);
}

TEST(RunQueueTest, ThreadsTakeEachRunOnce) {
	constexpr size_t RUNS = 10000;
	RunQueue queue(RUNS, 3);
	std::vector<std::atomic<int>> taken(RUNS);
	std::vector<std::thread> threads;
	for (size_t i = 0; i < 4; i++) {
		threads.emplace_back([&] {
			for (const auto run : TakeAll(queue, queue.AddWorker())) {
				taken[run]++;
			}
		});
	}
	for (auto &thread : threads) {
		thread.join();
	}
	for (const auto &count : taken) {
		ASSERT_EQ(count, 1);
	}
}

} // namespace

} // namespace merganser
