#include "base/clock.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <thread>

namespace merganser {

namespace {

class SystemClock : public Clock {
public:
	int64_t NowMs() override {
		const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
		return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
	}
	void SleepMs(int64_t duration_ms) override {
		if (duration_ms > 0) {
			std::this_thread::sleep_for(std::chrono::milliseconds(duration_ms));
		}
	}
};

} // namespace

Clock &Clock::System() {
	static SystemClock clock;
	return clock;
}

std::string UtcText(int64_t ms) {
	const int64_t rest = (ms % 1000 + 1000) % 1000;
	const auto seconds = std::time_t((ms - rest) / 1000);
	std::tm parts {};
	if (!gmtime_r(&seconds, &parts)) {
		return std::to_string(ms) + " ms";
	}
	char date[64];
	std::strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &parts);
	char text[96];
	std::snprintf(text, sizeof(text), "%s.%03d UTC", date, int(rest));
	return text;
}

} // namespace merganser
