#include "log_fixture.hpp"

#include "log/snapshot_cache.hpp"

#include <thread>

namespace merganser {

namespace {

constexpr uint64_t PLENTY = 1ull << 30;

class SnapshotCacheTest : public LogTest {
protected:
	TableLocation Table(const std::string &name) {
		auto other = location;
		other.root = "lake/" + name;
		other.name = name;
		return other;
	}
	void Create(const std::string &name) {
		memory->Put(Table(name).CommitPath(0), EncodeCommit(Created({Add("a")})));
	}
	uint64_t Calls() {
		const auto counts = counting->Counts();
		counting->Reset();
		return counts.Total() - counts.Of(StoreCall::FOLDER_STAMP);
	}
};

} // namespace

TEST_F(SnapshotCacheTest, LooksAtTheStoreUnlessFreshEnough) {
	CommitMany(0, 3);
	SnapshotCache cache(PLENTY);
	auto first = cache.Latest(location, context, 0, 1000);
	Calls();
	EXPECT_EQ(cache.Latest(location, context, 0, 1000), first);
	EXPECT_EQ(Calls(), 1u);
	EXPECT_EQ(cache.Latest(location, context, 500, 1499), first);
	EXPECT_EQ(Calls(), 0u);
	Commit(4, {Add("x")});
	EXPECT_EQ(cache.Latest(location, context, 500, 1499), first);
	EXPECT_EQ(cache.Latest(location, context, 500, 1500)->version, 4);
}

TEST_F(SnapshotCacheTest, AtVersion) {
	CommitMany(0, 3);
	SnapshotCache cache(PLENTY);
	auto latest = cache.Latest(location, context, 0, 0);
	Calls();
	EXPECT_EQ(cache.AtVersion(location, context, 3), latest);
	EXPECT_EQ(Calls(), 1u);
	EXPECT_EQ(cache.AtVersion(location, context, 1)->version, 1);
	EXPECT_EQ(cache.Latest(location, context, 0, 0), latest);
	EXPECT_ERROR(cache.AtVersion(location, context, 9), ErrorKind::NOT_FOUND, "newest is 3");
	// Another table with as many versions.
	clock.AdvanceMs(1);
	Commit(3, {Add("replaced")});
	EXPECT_EQ(Live(*cache.AtVersion(location, context, 3)).count("replaced"), 1u);
}

TEST_F(SnapshotCacheTest, AdvanceOnlyToNewerVersions) {
	CommitMany(0, 2);
	SnapshotCache cache(PLENTY);
	auto older = Load(1);
	auto newest = Load();
	cache.Advance(newest);
	cache.Advance(older);
	Calls();
	EXPECT_EQ(cache.Latest(location, context, 0, 0), newest);
	EXPECT_EQ(Calls(), 1u);
}

TEST_F(SnapshotCacheTest, ForgottenTableIsReadAgain) {
	CommitMany(0, 2);
	SnapshotCache cache(PLENTY);
	auto first = cache.Latest(location, context, 0, 0);
	cache.Forget(location);
	EXPECT_NE(cache.Latest(location, context, 1000, 0), first);
	cache.Forget(Table("never"));
}

TEST_F(SnapshotCacheTest, TableThatIsGoneIsAnErrorAndComesBack) {
	CommitMany(0, 1);
	SnapshotCache cache(PLENTY);
	cache.Latest(location, context, 0, 0);
	DropLog(VersionText(0) + ".json");
	DropLog(VersionText(1) + ".json");
	EXPECT_ERROR(cache.Latest(location, context, 0, 5), ErrorKind::NOT_FOUND, "lake.t");
	EXPECT_ERROR(cache.Latest(location, context, 100, 6), ErrorKind::NOT_FOUND, "lake.t");
	Commit(0, Created({Add("again")}));
	EXPECT_EQ(Live(*cache.Latest(location, context, 100, 7)), (Files {"again"}));
}

TEST_F(SnapshotCacheTest, LeastRecentlyUsedGoesFirst) {
	for (auto name : {"a", "b", "c"}) {
		Create(name);
	}
	const auto bytes = LoadSnapshot(Table("a"), context)->files.MemoryBytes();
	SnapshotCache cache(2 * bytes + bytes / 2);
	auto a = cache.Latest(Table("a"), context, 0, 0);
	auto b = cache.Latest(Table("b"), context, 0, 0);
	cache.Latest(Table("a"), context, 0, 0);
	cache.Latest(Table("c"), context, 0, 0);
	EXPECT_EQ(cache.Latest(Table("a"), context, 1000, 1), a);
	EXPECT_NE(cache.Latest(Table("b"), context, 1000, 1), b);
	// The one in use stays however small the limit is.
	SnapshotCache tiny(1);
	auto only = tiny.Latest(Table("a"), context, 0, 0);
	EXPECT_EQ(tiny.Latest(Table("a"), context, 0, 0), only);
}

TEST_F(SnapshotCacheTest, ItsSizeCanChange) {
	for (auto name : {"a", "b"}) {
		Create(name);
	}
	SnapshotCache cache(PLENTY);
	const auto a = cache.Latest(Table("a"), context, 0, 0);
	const auto b = cache.Latest(Table("b"), context, 0, 0);
	cache.SetMemoryMax(b->files.MemoryBytes());
	EXPECT_EQ(cache.Latest(Table("b"), context, 1000, 1), b);
	EXPECT_NE(cache.Latest(Table("a"), context, 1000, 1), a);
	// Nothing is kept, nor what comes from our own commit.
	cache.SetMemoryMax(0);
	const auto loaded = cache.Latest(Table("a"), context, 1000, 1);
	EXPECT_NE(cache.Latest(Table("a"), context, 1000, 1), loaded);
	cache.Advance(loaded);
	EXPECT_NE(cache.Latest(Table("a"), context, 1000, 1), loaded);
	cache.SetMemoryMax(PLENTY);
	const auto kept = cache.Latest(Table("a"), context, 1000, 1);
	EXPECT_EQ(cache.Latest(Table("a"), context, 1000, 1), kept);
}

TEST_F(SnapshotCacheTest, ThreadsThatWantTheSameColdTableLoadItOnce) {
	CommitMany(0, 20);
	SnapshotCache cache(PLENTY);
	Calls();
	std::vector<std::thread> threads;
	std::atomic<int> good {0};
	for (int i = 0; i < 6; i++) {
		threads.emplace_back([&] { good += cache.Latest(location, context, 1000, 500)->version == 20; });
	}
	for (auto &thread : threads) {
		thread.join();
	}
	EXPECT_EQ(good, 6);
	EXPECT_EQ(counting->Counts().Of(StoreCall::LIST), 1u);
}

TEST_F(SnapshotCacheTest, EverythingAtOnce) {
	for (auto name : {"a", "b", "c"}) {
		Create(name);
	}
	const auto bytes = LoadSnapshot(Table("a"), context)->files.MemoryBytes();
	SnapshotCache cache(2 * bytes);
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++) {
		threads.emplace_back([&, i] {
			for (int round = 0; round < 60; round++) {
				const auto table = Table(std::string(1, char('a' + (i + round) % 3)));
				auto snapshot = cache.Latest(table, context, round % 2 ? 1000 : 0, round);
				snapshot->files.Batch(0).Statistics({0});
				if (round % 10 == i) {
					LogFile commit;
					commit.version = snapshot->version + 1;
					cache.Advance(AdvanceSnapshot(snapshot, {Add("own")}, commit));
				}
				if (round % 17 == i) {
					cache.Forget(table);
				}
				EXPECT_EQ(cache.AtVersion(table, context, 0)->version, 0);
			}
		});
	}
	for (auto &thread : threads) {
		thread.join();
	}
}

} // namespace merganser
