#include "base/random.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>
#include <array>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace merganser;

namespace {

bool IsVersion4(const std::string &uuid) {
	if (uuid.size() != 36 || uuid[14] != '4' || std::string("89ab").find(uuid[19]) == std::string::npos) {
		return false;
	}
	for (size_t at = 0; at < uuid.size(); ++at) {
		const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
		if (std::string(is_dash ? "-" : "0123456789abcdef").find(uuid[at]) == std::string::npos) {
			return false;
		}
	}
	return true;
}

} // namespace

TEST(Random, SeedGivesTheSameSequence) {
	SeededRandom random(1234567);
	// Published first outputs of splitmix64 for this seed.
	EXPECT_EQ(random.NextU64(), 6457827717110365317ull);
	EXPECT_EQ(random.NextU64(), 3203168211198807973ull);
	EXPECT_EQ(random.NextU64(), 9817491932198370423ull);
	SeededRandom other(1234568);
	EXPECT_NE(other.NextU64(), 6457827717110365317ull);
}

TEST(Random, BelowIsBoundedAndEven) {
	SeededRandom random(7);
	EXPECT_THROW(random.Below(0), Error);
	EXPECT_EQ(random.Below(1), 0u);
	std::array<int, 5> counts {};
	for (int draw = 0; draw < 50000; ++draw) {
		const auto value = random.Below(5);
		ASSERT_LT(value, 5u);
		++counts[value];
	}
	for (const int count : counts) {
		EXPECT_NEAR(count, 10000, 500);
	}
	// Without rejection every third value would come up twice as often.
	const uint64_t bound = 3ull << 62;
	int low_count = 0;
	for (int draw = 0; draw < 9000; ++draw) {
		low_count += random.Below(bound) < (1ull << 62) ? 1 : 0;
	}
	EXPECT_NEAR(low_count, 3000, 300);
}

TEST(Random, UuidIsVersion4AndUnique) {
	std::set<std::string> seen;
	for (int draw = 0; draw < 1000; ++draw) {
		const auto uuid = Random::System().Uuid();
		EXPECT_TRUE(IsVersion4(uuid)) << uuid;
		EXPECT_TRUE(seen.insert(uuid).second);
	}
	SeededRandom first(1);
	SeededRandom second(1);
	EXPECT_EQ(first.Uuid(), second.Uuid());
	EXPECT_NE(first.Uuid(), SeededRandom(1).Uuid());
}

TEST(Random, ForkedChildDoesNotRepeatItsParent) {
	Random::System().NextU64();
	int ends[2];
	ASSERT_EQ(pipe(ends), 0);
	const pid_t child = fork();
	if (child == 0) {
		const auto uuid = Random::System().Uuid();
		_exit(write(ends[1], uuid.data(), uuid.size()) == 36 ? 0 : 1);
	}
	const auto mine = Random::System().Uuid();
	std::string theirs(36, ' ');
	EXPECT_EQ(read(ends[0], theirs.data(), 36), 36);
	int status = 0;
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
	EXPECT_NE(mine, theirs);
}
