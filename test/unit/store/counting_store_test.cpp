#include "store/counting_store.hpp"

#include "store/local_store.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

using namespace merganser;

TEST(CountingStore, CountsEachKind) {
	CountingStore store(std::make_shared<MemoryStore>(), false);
	store.Put("t/a", "123");
	store.PutIfAbsent("t/b", "45");
	store.PutIfAbsent("t/b", "45");
	store.List("t", ListDepth::SHALLOW);
	store.Head("t/a");
	store.TryGet("t/a");
	store.TryGet("t/none");
	store.GetRange("t/a", 1, 2);
	const auto writer = store.OpenWriter("t/c");
	writer->Append("1234");
	writer->FinishIfAbsent();
	store.Delete("t/a");
	store.FolderStamp("t");
	const auto counts = store.Counts();
	EXPECT_EQ(counts.ToString(), "list=1 head=1 get=2 get_range=1 put=1 put_if_absent=2 open_writer=1 finish=1 "
	                             "delete=1 folder_stamp=1");
	EXPECT_EQ(counts.Of(StoreCall::PUT_IF_ABSENT), 2u);
	EXPECT_EQ(counts.Total(), 12u);
	EXPECT_EQ(counts.bytes_read, 5u);
	EXPECT_EQ(counts.bytes_written, 11u);
	EXPECT_EQ(counts.entries_listed, 2u);
	store.CreateFolder("t");
	store.DeleteEmptyFolder("t");
	store.DeleteLeftovers("t", 0);
	store.LockFolder("t", LockMode::EXCLUSIVE);
	EXPECT_EQ(store.Counts().Total(), 16u);
	store.Reset();
	EXPECT_EQ(store.Counts().Total(), 0u);
	EXPECT_EQ(store.Counts().bytes_read + store.Counts().bytes_written + store.Counts().entries_listed, 0u);
	EXPECT_EQ(store.Counts().ToString(), "");
}

TEST(CountingStore, PassesTheLocalPathWhenTold) {
	EXPECT_EQ(CountingStore(std::make_shared<LocalStore>(), true).LocalPath("/a"), "/a");
	EXPECT_EQ(CountingStore(std::make_shared<LocalStore>(), false).LocalPath("/a"), std::nullopt);
	EXPECT_EQ(CountingStore(std::make_shared<LocalStore>(), false).Name(), "file");
	EXPECT_EQ(CountingStore(std::make_shared<MemoryStore>(), true).LocalPath("/a"), std::nullopt);
}
