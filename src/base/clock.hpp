#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace merganser {

//! The only source of time. Thread-safe.
class Clock {
public:
	virtual ~Clock() = default;
	//! Milliseconds since 1970-01-01 UTC.
	virtual int64_t NowMs() = 0;
	//! Blocks for `duration_ms` (a mock clock advances itself instead).
	virtual void SleepMs(int64_t duration_ms) = 0;

	//! The machine's clock, process-wide.
	static Clock &System();
};

//! For tests and simulation: time moves only by AdvanceMs and SleepMs.
class MockClock : public Clock {
public:
	explicit MockClock(int64_t start_ms) : now_ms(start_ms) {
	}
	int64_t NowMs() override {
		return now_ms.load();
	}
	void SleepMs(int64_t duration_ms) override {
		AdvanceMs(duration_ms);
	}
	void AdvanceMs(int64_t duration_ms) {
		now_ms.fetch_add(duration_ms);
	}

private:
	std::atomic<int64_t> now_ms;
};

//! For messages: 1000 -> `1970-01-01 00:00:01.000 UTC`.
std::string UtcText(int64_t ms);

} // namespace merganser
