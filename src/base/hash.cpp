#include "base/hash.hpp"

#include <cstddef>
#include <cstring>

namespace merganser {

namespace {

// The construction of wyhash: 16 bytes at a time through one 64 x 64 -> 128 bit multiplication.

constexpr uint64_t SECRET_0 = 0xA0761D6478BD642Full;
constexpr uint64_t SECRET_1 = 0xE7037ED1A0B428DBull;
constexpr uint64_t SECRET_2 = 0x8EBC6AF09C88C6E3ull;

uint64_t Mix(uint64_t left, uint64_t right) {
	const auto product = static_cast<unsigned __int128>(left) * right;
	return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

//! Up to 8 bytes as one number. Requires: length <= 8.
uint64_t Load(const char *bytes, size_t length) {
	uint64_t value = 0;
	if (length > 0) {
		std::memcpy(&value, bytes, length);
	}
	return value;
}

} // namespace

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
	const char *at = bytes.data();
	size_t left = bytes.size();
	uint64_t hash = seed ^ SECRET_0;
	while (left > 16) {
		hash = Mix(Load(at, 8) ^ SECRET_1, Load(at + 8, 8) ^ hash);
		at += 16;
		left -= 16;
	}
	const size_t low_count = left < 8 ? left : 8;
	const uint64_t low = Load(at, low_count);
	const uint64_t high = left > 8 ? Load(at + 8, left - 8) : 0;
	return Mix(SECRET_2 ^ bytes.size(), Mix(low ^ SECRET_1, high ^ hash));
}

} // namespace merganser
