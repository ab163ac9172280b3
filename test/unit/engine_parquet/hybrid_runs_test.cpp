#include "base/error.hpp"
#include "engine/parquet/hybrid_runs.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

using namespace merganser;

namespace {

std::vector<uint32_t> ReadBack(const std::string &bytes, uint32_t bit_width, size_t count) {
	std::vector<uint32_t> values(count);
	ReadHybridRuns(bytes, bit_width, count, values.data());
	return values;
}

//! Runs of one value and stretches of others, of all lengths.
std::vector<uint32_t> Numbers(std::minstd_rand &random, uint32_t bit_width) {
	const uint64_t limit = uint64_t(1) << bit_width;
	std::vector<uint32_t> values;
	const auto parts = random() % 6;
	for (size_t part = 0; part < parts; part++) {
		const auto length = random() % (part % 2 == 0 ? 30 : 1200);
		const auto value = uint32_t(random() % limit);
		const bool is_run = random() % 2 == 0;
		for (size_t i = 0; i < length; i++) {
			values.push_back(is_run ? value : uint32_t((uint64_t(random()) << 20 ^ random()) % limit));
		}
	}
	return values;
}

TEST(HybridRunsTest, WhatIsWrittenIsRead) {
	std::minstd_rand random(1);
	for (int round = 0; round < 60; round++) {
		for (uint32_t bit_width = 0; bit_width <= 32; bit_width++) {
			const auto values = Numbers(random, bit_width);
			std::string bytes;
			AppendHybridRuns(values.data(), values.size(), bit_width, bytes);
			ASSERT_EQ(ReadBack(bytes, bit_width, values.size()), values) << bit_width;
			std::string packed;
			AppendPacked(values.data(), values.size(), bit_width, packed);
			ASSERT_EQ(packed.size(), (values.size() * bit_width + 7) / 8);
			std::vector<uint32_t> unpacked(values.size());
			ReadPacked(packed, bit_width, values.size(), unpacked.data());
			ASSERT_EQ(unpacked, values) << bit_width;
		}
	}
}

TEST(HybridRunsTest, IsWhatTheFormatSays) {
	// The format's own example of packing: 0 to 7 in three bits.
	const std::vector<uint32_t> values {0, 1, 2, 3, 4, 5, 6, 7};
	std::string bytes;
	AppendHybridRuns(values.data(), values.size(), 3, bytes);
	EXPECT_EQ(bytes, std::string("\x03\x88\xC6\xFA", 4));
	const std::vector<uint32_t> run(300, 5);
	bytes.clear();
	AppendHybridRuns(run.data(), run.size(), 9, bytes);
	EXPECT_EQ(bytes, std::string("\xD8\x04\x05\x00", 4));
}

TEST(HybridRunsTest, OneRunOfPackedGroupsMayBeLong) {
	// 8191 groups in one run, as some writers have it.
	std::vector<uint32_t> values(8191 * 8);
	for (size_t i = 0; i < values.size(); i++) {
		values[i] = uint32_t(i * 7 % 32);
	}
	std::string bytes = "\xFF\x7F";
	AppendPacked(values.data(), values.size(), 5, bytes);
	EXPECT_EQ(ReadBack(bytes, 5, values.size()), values);
}

TEST(HybridRunsTest, TooFewNumbersAreRefused) {
	const std::vector<uint32_t> values {1, 2, 3, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
	std::string bytes;
	AppendHybridRuns(values.data(), values.size(), 2, bytes);
	for (size_t kept = 0; kept < bytes.size(); kept++) {
		EXPECT_THROW(ReadBack(bytes.substr(0, kept), 2, values.size()), Error) << kept;
	}
	EXPECT_THROW(ReadBack(bytes, 33, values.size()), Error);
	EXPECT_THROW(ReadBack(std::string(12, '\xFF'), 2, 8), Error) << "a header without an end";
}

} // namespace
