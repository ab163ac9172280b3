#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace merganser {

//! The only source of randomness. Thread-safe.
class Random {
public:
	virtual ~Random() = default;
	virtual uint64_t NextU64() = 0;

	//! Uniform in [0, bound). Requires: bound > 0.
	uint64_t Below(uint64_t bound);
	//! A random (version 4) UUID in lower-case canonical text, 36 characters.
	std::string Uuid();

	//! Seeded by the operating system, process-wide.
	static Random &System();
};

//! Deterministic: the same seed gives the same sequence (splitmix64).
class SeededRandom : public Random {
public:
	explicit SeededRandom(uint64_t seed) : state(seed) {
	}
	uint64_t NextU64() override;

private:
	std::mutex lock;
	uint64_t state;
};

} // namespace merganser
