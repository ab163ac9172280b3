#include "base/cancel_token.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <gtest/gtest.h>

using namespace merganser;

TEST(Clock, SystemTellsMillisecondsSince1970) {
	const int64_t before_ms = Clock::System().NowMs();
	EXPECT_GT(before_ms, 1700000000000) << "November 2023";
	EXPECT_LT(before_ms, 10000000000000) << "not microseconds";
	const auto start = std::chrono::steady_clock::now();
	Clock::System().SleepMs(20);
	EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20));
	Clock::System().SleepMs(-5);
}

TEST(Clock, MockMovesOnlyWhenTold) {
	MockClock clock(1000);
	EXPECT_EQ(clock.NowMs(), 1000);
	clock.SleepMs(5);
	clock.AdvanceMs(10);
	EXPECT_EQ(clock.NowMs(), 1015);
}

namespace {

class Cancelled : public CancelToken {
public:
	bool IsCancelled() const override {
		return true;
	}
};

} // namespace

TEST(Clock, UtcText) {
	EXPECT_EQ(UtcText(0), "1970-01-01 00:00:00.000 UTC");
	EXPECT_EQ(UtcText(-1), "1969-12-31 23:59:59.999 UTC");
	EXPECT_EQ(UtcText(1709210096789), "2024-02-29 12:34:56.789 UTC");
}

TEST(CancelToken, CheckThrowsOnlyWhenCancelled) {
	EXPECT_NO_THROW(CancelToken::None().Check());
	EXPECT_FALSE(CancelToken::None().IsCancelled());
	try {
		Cancelled().Check();
		ADD_FAILURE();
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, ErrorKind::CANCELLED);
	}
}
