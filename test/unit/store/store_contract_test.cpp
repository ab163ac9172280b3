// What every ObjectStore promises, run on each of them.

#include "base/error.hpp"
#include "store/counting_store.hpp"
#include "store/empty_folders.hpp"
#include "store/faulty_store.hpp"
#include "store/local_store.hpp"
#include "store/memory_store.hpp"
#include "temporary_folder.hpp"

#include <atomic>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <thread>

using namespace merganser;

namespace {

class StoreContract : public ::testing::TestWithParam<std::string> {
protected:
	void SetUp() override {
		if (GetParam() == "local") {
			store = std::make_shared<LocalStore>();
		} else if (GetParam() == "counting") {
			store = std::make_shared<CountingStore>(std::make_shared<MemoryStore>(), true);
		} else if (GetParam() == "faulty") {
			store = std::make_shared<FaultyStore>(std::make_shared<LocalStore>());
		} else {
			store = std::make_shared<MemoryStore>();
		}
	}

	//! An object of one byte; on the disk without the syncs that would make a thousand of them slow.
	void AddQuickly(const std::string &path) {
		if (GetParam() == "local" || GetParam() == "faulty") {
			std::filesystem::create_directories(std::filesystem::path(path).parent_path());
			std::ofstream(path) << "x";
		} else {
			store->Put(path, "x");
		}
	}

	std::string Paths(const std::string &below, ListDepth depth, const std::string &start_after = std::string()) {
		std::string text;
		for (const auto &info : store->List(below, depth, start_after)) {
			text += info.path.substr(folder.path.size() + 1) + (info.is_folder ? "/ " : " ");
		}
		return text;
	}

	ErrorKind KindOf(const std::function<void()> &action) {
		try {
			action();
		} catch (const Error &error) {
			return error.kind;
		}
		ADD_FAILURE() << "nothing was thrown";
		return ErrorKind::INTERNAL;
	}

	TemporaryFolder folder;
	std::shared_ptr<ObjectStore> store;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, ::testing::Values("local", "memory", "counting", "faulty"),
                         [](const auto &info) { return info.param; });

TEST_P(StoreContract, PutIfAbsentNeverReplaces) {
	const auto path = folder / "t/_delta_log/00000000000000000000.json";
	EXPECT_EQ(store->PutIfAbsent(path, "first"), PutOutcome::WRITTEN);
	EXPECT_EQ(store->PutIfAbsent(path, "second"), PutOutcome::EXISTS);
	EXPECT_EQ(store->TryGet(path), "first");
	EXPECT_EQ(store->PutIfAbsent(folder / "empty", ""), PutOutcome::WRITTEN);
	EXPECT_EQ(store->PutIfAbsent(folder / "empty", "x"), PutOutcome::EXISTS);
	EXPECT_EQ(store->TryGet(folder / "empty"), "");
}

TEST_P(StoreContract, PutReplaces) {
	store->Put(folder / "a/b/hint", "first");
	store->Put(folder / "a/b/hint", "2");
	EXPECT_EQ(store->TryGet(folder / "a/b/hint"), "2");
	EXPECT_EQ(Paths(folder.path, ListDepth::RECURSIVE), "a/b/hint ");
}

TEST_P(StoreContract, ReadsWholeAndRanges) {
	const std::string bytes("0123456789\0\n\xFF", 13);
	const auto path = folder / "x";
	store->Put(path, bytes);
	EXPECT_EQ(store->TryGet(path), bytes);
	EXPECT_EQ(GetObject(*store, path), bytes);
	EXPECT_EQ(store->GetRange(path, 2, 3), "234");
	EXPECT_EQ(store->GetRange(path, 0, UINT64_MAX), bytes);
	EXPECT_EQ(store->GetRange(path, 10, 100), bytes.substr(10));
	EXPECT_EQ(store->GetRange(path, 13, 1), "");
	EXPECT_EQ(store->GetRange(path, UINT64_MAX, UINT64_MAX), "");
	EXPECT_EQ(store->GetRange(path, 1, 0), "");
	const auto info = store->Head(path);
	ASSERT_TRUE(info);
	EXPECT_EQ(info->path, path);
	EXPECT_EQ(info->size_bytes, 13u);
	EXPECT_FALSE(info->is_folder);
	EXPECT_NEAR(static_cast<double>(info->modified_ms), static_cast<double>(Clock::System().NowMs()), 60000);
}

TEST_P(StoreContract, MissingObjects) {
	store->Put(folder / "a/file", "x");
	for (const auto *name : {"none", "none/none", "a", "a/file/below"}) {
		EXPECT_EQ(store->TryGet(folder / name), std::nullopt) << name;
		EXPECT_FALSE(store->Head(folder / name)) << name;
		EXPECT_EQ(KindOf([&]() { store->GetRange(folder / name, 0, 1); }), ErrorKind::NOT_FOUND) << name;
		EXPECT_EQ(KindOf([&]() { GetObject(*store, folder / name); }), ErrorKind::NOT_FOUND) << name;
		EXPECT_NO_THROW(store->Delete(folder / name)) << name;
	}
	EXPECT_EQ(store->TryGet(folder / "a/file"), "x");
	EXPECT_TRUE(store->List(folder / "none", ListDepth::SHALLOW).empty());
	EXPECT_TRUE(store->List(folder / "none", ListDepth::RECURSIVE).empty());
	EXPECT_TRUE(store->List(folder / "a/file", ListDepth::SHALLOW).empty()) << "an object is no folder";
}

TEST_P(StoreContract, DeleteRemoves) {
	store->Put(folder / "x", "1");
	store->Delete(folder / "x");
	EXPECT_FALSE(store->Head(folder / "x"));
	EXPECT_EQ(store->PutIfAbsent(folder / "x", "2"), PutOutcome::WRITTEN);
}

TEST_P(StoreContract, ListsInByteOrder) {
	// '-' < '.' < '/' < '0': the order of paths is not the order of a walk through folders.
	for (const auto *name : {"a/x", "a-b", "a.c", "a0", "a/b/y", "Z", "é", "zz"}) {
		store->Put(folder / name, "1");
	}
	EXPECT_EQ(Paths(folder.path, ListDepth::RECURSIVE), "Z a-b a.c a/b/y a/x a0 zz é ");
	EXPECT_EQ(Paths(folder.path, ListDepth::SHALLOW), "Z a/ a-b a.c a0 zz é ");
	EXPECT_EQ(Paths(folder.path + "/", ListDepth::SHALLOW), "Z a/ a-b a.c a0 zz é ")
	    << "a trailing slash changes nothing";
	EXPECT_EQ(Paths(folder / "a", ListDepth::RECURSIVE), "a/b/y a/x ") << "not a-b";
	EXPECT_EQ(Paths(folder / "a", ListDepth::SHALLOW), "a/b/ a/x ");
}

TEST_P(StoreContract, ListStartsAfterAPath) {
	for (const auto *name : {"a/x", "a-b", "a.c", "a0", "a/b/y", "b/z"}) {
		store->Put(folder / name, "1");
	}
	const auto recursive = [&](const std::string &after) {
		return Paths(folder.path, ListDepth::RECURSIVE, folder / after);
	};
	const auto shallow = [&](const std::string &after) {
		return Paths(folder.path, ListDepth::SHALLOW, folder / after);
	};
	EXPECT_EQ(recursive("a.c"), "a/b/y a/x a0 b/z ");
	EXPECT_EQ(recursive("a/b/y"), "a/x a0 b/z ") << "in the middle of a folder";
	EXPECT_EQ(recursive("a/c"), "a/x a0 b/z ");
	EXPECT_EQ(recursive("a"), "a-b a.c a/b/y a/x a0 b/z ");
	EXPECT_EQ(recursive("b/z"), "");
	EXPECT_EQ(shallow("a"), "a-b a.c a0 b/ ");
	EXPECT_EQ(shallow("a/x"), "a0 b/ ");
	EXPECT_EQ(shallow("b"), "");
	EXPECT_EQ(shallow(""), "a/ a-b a.c a0 b/ ");
}

TEST_P(StoreContract, PagesThroughAThousandEntries) {
	char name[40];
	for (int version = 0; version < 1000; ++version) {
		// Any order of creation.
		snprintf(name, sizeof(name), "log/%020d.json", (version * 7) % 1000);
		AddQuickly(folder / name);
	}
	const auto all = store->List(folder / "log", ListDepth::SHALLOW);
	ASSERT_EQ(all.size(), 1000u);
	for (size_t version = 0; version < all.size(); ++version) {
		snprintf(name, sizeof(name), "log/%020zu.json", version);
		ASSERT_EQ(all[version].path, folder / name);
		ASSERT_EQ(all[version].size_bytes, 1u);
	}
	for (const size_t version : {0u, 499u, 998u, 999u}) {
		EXPECT_EQ(store->List(folder / "log", ListDepth::SHALLOW, all[version].path).size(), 999 - version);
	}
}

TEST_P(StoreContract, AnyNameIsPlain) {
	const std::vector<std::string> names {
	    "p=a b/x",   "100%25/%2F", "ünïcödé/日本語.parquet", "quote'\"/$HOME `x`", "a+b&c#d?e", "back\\slash",
	    "new\nline", "-rf *",      "\xFF\xFEnot utf-8"};
	for (const auto &name : names) {
		EXPECT_EQ(store->PutIfAbsent(folder / name, name), PutOutcome::WRITTEN) << name;
	}
	for (const auto &name : names) {
		EXPECT_EQ(store->TryGet(folder / name), name);
	}
	EXPECT_EQ(store->List(folder.path, ListDepth::RECURSIVE).size(), names.size());
	for (const auto &info : store->List(folder.path, ListDepth::RECURSIVE)) {
		EXPECT_EQ(folder / *store->TryGet(info.path), info.path);
	}
}

TEST_P(StoreContract, WriterShowsTheObjectOnlyWhenFinished) {
	const auto path = folder / "p=1/data.parquet";
	auto writer = store->OpenWriter(path);
	std::string expected;
	for (int piece = 0; piece < 50; ++piece) {
		const std::string bytes(static_cast<size_t>(piece) * 3001, static_cast<char>('a' + piece % 26));
		writer->Append(bytes);
		expected += bytes;
	}
	const std::string large(3 << 20, '#');
	writer->Append(large);
	writer->Append("end");
	expected += large + "end";
	EXPECT_FALSE(store->Head(path));
	EXPECT_EQ(Paths(folder.path, ListDepth::RECURSIVE), "");
	EXPECT_EQ(writer->FinishIfAbsent(), PutOutcome::WRITTEN);
	EXPECT_TRUE(store->TryGet(path) == expected);
	EXPECT_THROW(writer->Append("x"), Error);
	EXPECT_THROW(writer->FinishIfAbsent(), Error);
	writer.reset();
	EXPECT_TRUE(store->Head(path)) << "destroying a finished writer changes nothing";
}

TEST_P(StoreContract, WriterThatEndsOtherwiseLeavesNothing) {
	const auto path = folder / "x";
	store->OpenWriter(path)->Append("unfinished");
	EXPECT_FALSE(store->Head(path));
	auto aborted = store->OpenWriter(path);
	aborted->Append("aborted");
	aborted->Abort();
	aborted->Abort();
	EXPECT_THROW(aborted->Append("x"), Error);
	EXPECT_THROW(aborted->FinishIfAbsent(), Error);
	EXPECT_FALSE(store->Head(path));

	auto late = store->OpenWriter(path);
	late->Append("late");
	EXPECT_EQ(store->PutIfAbsent(path, "early"), PutOutcome::WRITTEN);
	EXPECT_EQ(late->FinishIfAbsent(), PutOutcome::EXISTS);
	EXPECT_EQ(store->TryGet(path), "early");
	late.reset();
	size_t entry_count = 0;
	for (const auto &entry : std::filesystem::directory_iterator(folder.path)) {
		EXPECT_EQ(entry.path().filename(), "x");
		++entry_count;
	}
	EXPECT_LE(entry_count, 1u);
}

TEST_P(StoreContract, FoldersThatAreEmptyGo) {
	store->CreateFolder(folder / "a/b");
	store->CreateFolder(folder / "a/b/");
	EXPECT_TRUE(store->DeleteEmptyFolder(folder / "a/b"));
	EXPECT_TRUE(store->DeleteEmptyFolder(folder / "a/b"));
	store->Put(folder / "a/x", "1");
	EXPECT_FALSE(store->DeleteEmptyFolder(folder / "a"));
	EXPECT_EQ(store->TryGet(folder / "a/x"), "1");
}

TEST_P(StoreContract, EmptyFoldersAboveAnObjectGo) {
	store->Put(folder / "t/p=1/q=2/x", "1");
	store->Put(folder / "t/p=1/y", "1");
	store->Delete(folder / "t/p=1/q=2/x");
	DeleteEmptyFoldersAbove(*store, folder / "t/p=1/q=2/x", folder / "t");
	EXPECT_FALSE(store->FolderExists(folder / "t/p=1/q=2"));
	EXPECT_EQ(store->TryGet(folder / "t/p=1/y"), "1");
	store->CreateFolder(folder / "above");
	store->Put(folder / "above/u/p=1/x", "1");
	store->Delete(folder / "above/u/p=1/x");
	DeleteEmptyFoldersAbove(*store, folder / "above/u/p=1/x", folder / "above/u");
	EXPECT_FALSE(store->FolderExists(folder / "above/u"));
	if (store->LocalPath(folder / "above")) {
		EXPECT_TRUE(store->FolderExists(folder / "above")) << "it lies above the root";
	}
}

TEST_P(StoreContract, FolderExistsWhenSomethingIsBelow) {
	EXPECT_FALSE(store->FolderExists(folder / "a"));
	store->Put(folder / "a/b/x", "1");
	EXPECT_TRUE(store->FolderExists(folder / "a"));
	EXPECT_TRUE(store->FolderExists(folder / "a/b"));
	EXPECT_FALSE(store->FolderExists(folder / "a/b/x")) << "an object is no folder";
	EXPECT_FALSE(store->FolderExists(folder / "a/b/x/y"));
}

TEST_P(StoreContract, WalkGivesEveryObjectOfTheFoldersThatAreEntered) {
	for (const auto *name : {"t/a", "t/p/b", "t/p/q/c", "t/no/d", "t/no/deep/e", "t2/f"}) {
		store->Put(folder / name, "x");
	}
	std::set<std::string> asked;
	std::set<std::string> found;
	store->Walk(
	    folder / "t",
	    [&](const std::string &path) {
		    asked.insert(path);
		    return !path.ends_with("/no");
	    },
	    [&](const ObjectInfo &object) {
		    EXPECT_EQ(object.size_bytes, 1u);
		    EXPECT_GT(object.modified_ms, 0);
		    found.insert(object.path);
	    });
	EXPECT_EQ(found, (std::set<std::string> {folder / "t/a", folder / "t/p/b", folder / "t/p/q/c"}));
	EXPECT_EQ(asked, (std::set<std::string> {folder / "t/p", folder / "t/p/q", folder / "t/no"}));
	store->Walk(
	    folder / "missing", [](const std::string &) { return true; },
	    [](const ObjectInfo &object) { ADD_FAILURE() << object.path; });
}

TEST_P(StoreContract, OneOfManyRacersWrites) {
	constexpr int ROUNDS = 25;
	constexpr int RACERS = 4;
	for (int round = 0; round < ROUNDS; ++round) {
		const auto path = folder / ("log/" + std::to_string(round));
		std::atomic<int> ready {0};
		std::atomic<int> written {0};
		std::atomic<int> existing {0};
		std::atomic<int> winner {-1};
		std::vector<std::thread> racers;
		for (int racer = 0; racer < RACERS; ++racer) {
			racers.emplace_back([&, racer]() {
				++ready;
				while (ready < RACERS) {
				}
				const auto outcome = store->PutIfAbsent(path, std::to_string(racer));
				written += outcome == PutOutcome::WRITTEN ? 1 : 0;
				existing += outcome == PutOutcome::EXISTS ? 1 : 0;
				if (outcome == PutOutcome::WRITTEN) {
					winner = racer;
				}
			});
		}
		for (auto &racer : racers) {
			racer.join();
		}
		ASSERT_EQ(written, 1);
		ASSERT_EQ(existing, RACERS - 1);
		ASSERT_EQ(store->TryGet(path), std::to_string(winner));
	}
}
