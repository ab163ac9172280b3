#include "store/folder_rename.hpp"

#include "base/error.hpp"
#include "store/local_store.hpp"
#include "store/memory_store.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

using namespace merganser;

TEST(RenameFolder, MovesEverythingBelow) {
	TemporaryFolder folder;
	LocalStore store;
	store.Put(folder / "t/a", "1");
	store.Put(folder / "t/deep/b", "2");
	EXPECT_TRUE(RenameFolder(store, folder / "t", folder / "u v"));
	EXPECT_FALSE(store.FolderExists(folder / "t"));
	EXPECT_EQ(store.TryGet(folder / "u v/a"), "1");
	EXPECT_EQ(store.TryGet(folder / "u v/deep/b"), "2");
}

TEST(RenameFolder, NeverTakesAName) {
	TemporaryFolder folder;
	LocalStore store;
	store.Put(folder / "t/a", "1");
	store.Put(folder / "full/x", "2");
	store.Put(folder / "file", "3");
	EXPECT_FALSE(RenameFolder(store, folder / "t", folder / "full"));
	EXPECT_FALSE(RenameFolder(store, folder / "t", folder / "file"));
	EXPECT_EQ(store.TryGet(folder / "t/a"), "1");
	EXPECT_EQ(store.TryGet(folder / "full/x"), "2");
	EXPECT_EQ(store.TryGet(folder / "file"), "3");
}

TEST(RenameFolder, SaysWhatIsNotThere) {
	TemporaryFolder folder;
	LocalStore store;
	try {
		RenameFolder(store, folder / "none", folder / "new");
		FAIL() << "renamed nothing";
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, ErrorKind::NOT_FOUND);
	}
	MemoryStore memory;
	memory.Put("/t/a", "1");
	try {
		RenameFolder(memory, "/t", "/u");
		FAIL() << "renamed objects";
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, ErrorKind::UNSUPPORTED);
		EXPECT_EQ(memory.TryGet("/t/a"), "1");
	}
}
