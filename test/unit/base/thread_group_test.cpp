#include "base/thread_group.hpp"

#include <atomic>
#include <gtest/gtest.h>

namespace merganser {
namespace {

TEST(ThreadGroup, JoinWaitsForTheWork) {
	std::atomic<int> done {0};
	ThreadGroup group;
	group.Start(3, [&] { done++; });
	group.Join();
	EXPECT_EQ(done, 3);
	group.Start(2, [&] { done++; });
	group.Join();
	EXPECT_EQ(done, 5);
}

TEST(ThreadGroup, EndsWithItsThreads) {
	std::atomic<int> done {0};
	{
		ThreadGroup group;
		group.Start(0, [&] { done = 100; });
		group.Start(4, [&] { done++; });
	}
	EXPECT_EQ(done, 4);
}

} // namespace
} // namespace merganser
