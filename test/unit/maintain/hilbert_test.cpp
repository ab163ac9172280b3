#include "maintain/hilbert.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace merganser {

namespace {

//! Every point of a cube, by its place on the curve.
std::vector<std::vector<uint32_t>> Walk(size_t dimensions, uint32_t bits) {
	const uint64_t count = uint64_t(1) << (bits * dimensions);
	std::vector<std::vector<uint32_t>> walk(count);
	for (uint64_t number = 0; number < count; number++) {
		std::vector<uint32_t> point;
		for (size_t i = 0; i < dimensions; i++) {
			point.push_back(uint32_t(number >> (i * bits)) & ((1u << bits) - 1));
		}
		auto scratch = point;
		const auto index = HilbertIndex(scratch, bits);
		EXPECT_LT(index, count);
		EXPECT_TRUE(walk[index].empty()) << "two points at place " << index;
		walk[index] = point;
	}
	return walk;
}

//! That neighbours on the curve are neighbours in space is what makes it a Hilbert curve; z-order is none.
void ExpectSteps(size_t dimensions, uint32_t bits) {
	const auto walk = Walk(dimensions, bits);
	for (size_t place = 1; place < walk.size(); place++) {
		int distance = 0;
		for (size_t i = 0; i < dimensions; i++) {
			distance += std::abs(int(walk[place][i]) - int(walk[place - 1][i]));
		}
		ASSERT_EQ(distance, 1) << "at place " << place;
	}
}

TEST(HilbertTest, EveryStepGoesToANeighbour) {
	ExpectSteps(1, 6);
	ExpectSteps(2, 1);
	ExpectSteps(2, 5);
	ExpectSteps(3, 3);
	ExpectSteps(4, 2);
}

TEST(HilbertTest, PlacesHave64BitsAtMost) {
	for (size_t dimensions = 1; dimensions <= 32; dimensions++) {
		EXPECT_LE(HilbertBits(dimensions) * dimensions, 64u);
		EXPECT_GE(HilbertBits(dimensions), 1u);
	}
}

} // namespace

} // namespace merganser
