#include "base/random.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <sys/random.h>

namespace merganser {

namespace {

//! Asks the kernel each time. A generator with state of its own would repeat itself in a forked child, and two
//! processes that draw the same transaction id would each take the other's commit for their own.
class SystemRandom : public Random {
public:
	uint64_t NextU64() override {
		uint64_t value = 0;
		ssize_t got = 0;
		do {
			got = getrandom(&value, sizeof(value), 0);
		} while (got < 0 && errno == EINTR);
		Verify(got == static_cast<ssize_t>(sizeof(value)), "the operating system gives no random bytes");
		return value;
	}
};

} // namespace

uint64_t Random::Below(uint64_t bound) {
	Verify(bound > 0, "Random::Below needs a positive bound");
	// Values below 2^64 mod bound are drawn again, else small results would come up more often.
	const uint64_t rejected_below = (0 - bound) % bound;
	uint64_t value = NextU64();
	while (value < rejected_below) {
		value = NextU64();
	}
	return value % bound;
}

std::string Random::Uuid() {
	static constexpr char HEX[] = "0123456789abcdef";
	const uint64_t high = (NextU64() & ~0xF000ull) | 0x4000ull;
	const uint64_t low = (NextU64() & ~(3ull << 62)) | (2ull << 62);
	std::string text;
	text.reserve(36);
	for (int nibble = 0; nibble < 32; ++nibble) {
		if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) {
			text += '-';
		}
		const uint64_t half = nibble < 16 ? high : low;
		text += HEX[(half >> (60 - 4 * (nibble % 16))) & 0xF];
	}
	return text;
}

Random &Random::System() {
	static SystemRandom random;
	return random;
}

uint64_t SeededRandom::NextU64() {
	std::lock_guard<std::mutex> guard(lock);
	state += 0x9E3779B97F4A7C15ull;
	uint64_t mixed = state;
	mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ull;
	mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBull;
	return mixed ^ (mixed >> 31);
}

} // namespace merganser
