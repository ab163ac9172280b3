#include "base/zeroed_vector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace merganser {

namespace {

constexpr size_t COUNT = 1000000;

TEST(ZeroedVectorTest, BeginsWithDefaultValues) {
	// Memory that was used before, too.
	for (int round = 0; round < 3; round++) {
		ZeroedVector<int64_t> numbers;
		numbers.resize(COUNT);
		EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](int64_t number) { return number == 0; }));
		std::fill(numbers.begin(), numbers.end(), -1);
	}
	ZeroedVector<std::string_view> texts(100);
	EXPECT_TRUE(std::all_of(texts.begin(), texts.end(), [](std::string_view text) { return text.empty(); }));
}

TEST(ZeroedVectorTest, KeepsItsValuesWhenItGrows) {
	ZeroedVector<int> numbers;
	for (int i = 0; i < 1000; i++) {
		numbers.push_back(i);
	}
	numbers.resize(2000);
	for (int i = 0; i < 1000; i++) {
		ASSERT_EQ(numbers[size_t(i)], i);
	}
	EXPECT_EQ(ZeroedVector<int>(3, 7), (ZeroedVector<int> {7, 7, 7}));
	const auto copy = numbers;
	EXPECT_EQ(copy, numbers);
}

} // namespace

} // namespace merganser
