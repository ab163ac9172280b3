#include "maintain/hilbert.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr uint32_t BITS_MAX = 12;
constexpr uint32_t INDEX_BITS = 64;

} // namespace

uint32_t HilbertBits(size_t dimensions) {
	return std::max<uint32_t>(1, std::min(BITS_MAX, INDEX_BITS / uint32_t(dimensions)));
}

// J. Skilling, "Programming the Hilbert curve", 2004: rotations and reflections of each level are undone from the top
// bit down, then the bits of all coordinates, most significant first, are the Gray code of the place.
uint64_t HilbertIndex(std::vector<uint32_t> &point, uint32_t bits) {
	const uint32_t top = 1u << (bits - 1);
	for (uint32_t bit = top; bit > 1; bit >>= 1) {
		const uint32_t below = bit - 1;
		for (auto &coordinate : point) {
			if (coordinate & bit) {
				point[0] ^= below;
			} else {
				const uint32_t swapped = (point[0] ^ coordinate) & below;
				point[0] ^= swapped;
				coordinate ^= swapped;
			}
		}
	}
	for (size_t i = 1; i < point.size(); i++) {
		point[i] ^= point[i - 1];
	}
	uint32_t flips = 0;
	for (uint32_t bit = top; bit > 1; bit >>= 1) {
		if (point.back() & bit) {
			flips ^= bit - 1;
		}
	}
	uint64_t index = 0;
	for (uint32_t bit = top; bit > 0; bit >>= 1) {
		for (const auto coordinate : point) {
			index = index << 1 | (((coordinate ^ flips) & bit) != 0);
		}
	}
	return index;
}

} // namespace merganser
