#include "base/assert.hpp"
#include "base/crc32.hpp"
#include "base/hash.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

using namespace merganser;

TEST(Crc32, MatchesPublishedValues) {
	EXPECT_EQ(Crc32(""), 0u);
	EXPECT_EQ(Crc32("123456789"), 0xCBF43926u);
	EXPECT_EQ(Crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339u);
	EXPECT_EQ(Crc32(std::string(32, '\xFF')), 0xFF6CAB0Bu);
}

TEST(Crc32, PiecesGiveTheWhole) {
	std::string bytes;
	for (int at = 0; at < 1000; ++at) {
		bytes += static_cast<char>(at * 37);
	}
	const auto whole = Crc32(bytes);
	for (size_t cut = 0; cut <= bytes.size(); cut += 13) {
		EXPECT_EQ(Crc32(std::string_view(bytes).substr(cut), Crc32(std::string_view(bytes).substr(0, cut))), whole);
	}
}

TEST(Hash64, DiffersForDifferentTexts) {
	std::set<uint64_t> seen;
	size_t count = 0;
	for (int number = 0; number < 20000; ++number) {
		seen.insert(Hash64("part-" + std::to_string(number) + ".parquet"));
		++count;
	}
	for (size_t length = 0; length <= 100; ++length) {
		seen.insert(Hash64(std::string(length, '\0')));
		++count;
	}
	EXPECT_EQ(seen.size(), count);
	EXPECT_EQ(Hash64("a"), Hash64(std::string("a")));
	EXPECT_NE(Hash64("a", 1), Hash64("a", 2));
	EXPECT_NE(Hash64("0123456789abcdefX"), Hash64("0123456789abcdefY"));
}

TEST(Hash64, SpreadsLowBits) {
	std::set<uint64_t> buckets;
	for (int number = 0; number < 1024; ++number) {
		buckets.insert(Hash64(std::to_string(number)) % 1024);
	}
	// 1024 balls in 1024 boxes fill about 647.
	EXPECT_GT(buckets.size(), 590u);
}

TEST(Verify, ThrowsInternal) {
	EXPECT_NO_THROW(Verify(true, "fine"));
	try {
		Verify(false, "the fact");
		ADD_FAILURE();
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, ErrorKind::INTERNAL);
		EXPECT_NE(std::string(error.what()).find("the fact"), std::string::npos);
	}
#if defined(MERGANSER_ASSERTS) && MERGANSER_ASSERTS
	EXPECT_THROW(MG_ASSERT(1 == 2), Error);
#else
	EXPECT_NO_THROW(MG_ASSERT(1 == 2));
#endif
	EXPECT_NO_THROW(MG_ASSERT(1 == 1));
}
