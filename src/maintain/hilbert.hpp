#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace merganser {

//! Bits of each coordinate, so that a place on the curve has 64 bits at most.
uint32_t HilbertBits(size_t dimensions);

//! The place of a point on the Hilbert curve through a cube with edges of 2^bits: points that are near on the curve are
//! near in space. Requires: every coordinate is below 2^bits; bits * dimensions <= 64. The point is changed on the way.
uint64_t HilbertIndex(std::vector<uint32_t> &point, uint32_t bits);

} // namespace merganser
