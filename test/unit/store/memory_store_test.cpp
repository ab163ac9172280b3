#include "store/memory_store.hpp"

#include <gtest/gtest.h>

using namespace merganser;

TEST(MemoryStore, TimeComesFromTheClock) {
	MockClock clock(5000);
	MemoryStore store(clock);
	store.Put("t/a", "1");
	clock.AdvanceMs(7);
	store.PutIfAbsent("t/b", "1");
	EXPECT_EQ(store.Head("t/a")->modified_ms, 5000);
	EXPECT_EQ(store.List("t", ListDepth::SHALLOW).at(1).modified_ms, 5007);
}

TEST(MemoryStore, HasNoLocalPathAndNoLocks) {
	MemoryStore store;
	EXPECT_EQ(store.LocalPath("t/a"), std::nullopt);
	EXPECT_EQ(store.LockFolder("t", LockMode::EXCLUSIVE), nullptr);
	EXPECT_EQ(store.Name(), "memory");
	EXPECT_EQ(store.DeleteLeftovers("t", INT64_MAX), 0u);
}

TEST(MemoryStore, StampsCountChangesWhenAsked) {
	MemoryStore store;
	store.Put("t/a", "1");
	EXPECT_EQ(store.FolderStamp("t"), std::nullopt);
	store.EnableFolderStamps(true);
	const auto first = store.FolderStamp("t");
	EXPECT_EQ(store.FolderStamp("t/"), first);
	store.PutIfAbsent("t/a", "2");
	store.Delete("t/none");
	EXPECT_EQ(store.FolderStamp("t"), first) << "nothing changed";
	store.PutIfAbsent("u/a", "2");
	EXPECT_EQ(store.FolderStamp("t"), first) << "another folder changed";
	store.Put("t/a", "2");
	const auto second = store.FolderStamp("t");
	EXPECT_NE(second, first);
	store.Delete("t/a");
	EXPECT_NE(store.FolderStamp("t"), second);
}

TEST(MemoryStore, ContentsAreACopy) {
	MemoryStore store;
	store.Put("b", "2");
	store.Put("a", "1");
	const auto before = store.Contents();
	store.Put("a", "3");
	EXPECT_EQ(before, (std::map<std::string, std::string> {{"a", "1"}, {"b", "2"}}));
}
