#include "store/local_store.hpp"

#include "base/error.hpp"
#include "store/open_store.hpp"
#include "temporary_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace merganser;

namespace {

struct Failure {
	ErrorKind kind = ErrorKind::INTERNAL;
	std::string message;
};

Failure FailureOf(const std::function<void()> &action) {
	try {
		action();
	} catch (const Error &error) {
		return {error.kind, error.what()};
	}
	return {ErrorKind::INTERNAL, "nothing was thrown"};
}

void WriteFile(const std::string &path, const std::string &bytes) {
	std::ofstream(path, std::ios::binary) << bytes;
}

} // namespace

TEST(LocalStore, IsOpened) {
	const auto store = OpenLocalStore();
	EXPECT_EQ(store->Name(), "file");
	EXPECT_EQ(store->LocalPath("/a b/%20"), "/a b/%20");
}

TEST(LocalStore, RefusesPathsThatAreNone) {
	LocalStore store;
	const std::string with_nul("/tmp/a\0b", 8);
	for (const std::string &path : {std::string("relative/x"), std::string(), with_nul}) {
		EXPECT_EQ(FailureOf([&]() { store.TryGet(path); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.Head(path); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.GetRange(path, 0, 1); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.Put(path, ""); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.PutIfAbsent(path, ""); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.OpenWriter(path); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.Delete(path); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.List(path, ListDepth::SHALLOW); }).kind, ErrorKind::INVALID_INPUT) << path;
		EXPECT_EQ(FailureOf([&]() { store.CreateFolder(path); }).kind, ErrorKind::INVALID_INPUT) << path;
	}
	TemporaryFolder folder;
	EXPECT_EQ(FailureOf([&]() { store.PutIfAbsent(folder / "x/", ""); }).kind, ErrorKind::INVALID_INPUT);
	EXPECT_EQ(EntryCount(folder.path), 0u);
}

TEST(LocalStore, ErrorsHaveKindPathAndReason) {
	TemporaryFolder folder;
	LocalStore store;
	const auto long_name = folder / std::string(300, 'n');
	const auto too_long = FailureOf([&]() { store.PutIfAbsent(long_name, "x"); });
	EXPECT_EQ(too_long.kind, ErrorKind::INVALID_INPUT);
	EXPECT_NE(too_long.message.find("File name too long"), std::string::npos) << too_long.message;
	EXPECT_NE(too_long.message.find(long_name), std::string::npos);
	EXPECT_EQ(FailureOf([&]() { store.Put(long_name, "x"); }).kind, ErrorKind::INVALID_INPUT);
	EXPECT_EQ(FailureOf([&]() { store.TryGet(long_name); }).kind, ErrorKind::INVALID_INPUT);

	WriteFile(folder / "file", "x");
	const auto below_file = FailureOf([&]() { store.PutIfAbsent(folder / "file/a/b", "x"); });
	EXPECT_EQ(below_file.kind, ErrorKind::INVALID_INPUT);
	EXPECT_NE(below_file.message.find("Not a directory"), std::string::npos) << below_file.message;
	EXPECT_EQ(FailureOf([&]() { store.OpenWriter(folder / "file/b"); }).kind, ErrorKind::INVALID_INPUT);
	EXPECT_EQ(FailureOf([&]() { store.CreateFolder(folder / "file"); }).kind, ErrorKind::INVALID_INPUT);
	EXPECT_EQ(EntryCount(folder.path), 1u) << "no failure leaves a temporary file";
	EXPECT_NE(FailureOf([&]() { store.PutIfAbsent("/proc/merganser/x", "x"); }).message, "nothing was thrown");
}

TEST(LocalStore, FolderIsNoObject) {
	TemporaryFolder folder;
	LocalStore store;
	store.CreateFolder(folder / "a/b");
	EXPECT_EQ(store.PutIfAbsent(folder / "a", "x"), PutOutcome::EXISTS);
	EXPECT_NE(FailureOf([&]() { store.Put(folder / "a", "x"); }).message, "nothing was thrown");
	store.Delete(folder / "a");
	EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b"));
	WriteFile(folder / "file", "x");
	EXPECT_FALSE(store.DeleteEmptyFolder(folder / "file"));
	EXPECT_TRUE(std::filesystem::exists(folder / "file"));
	EXPECT_EQ(EntryCount(folder.path), 3u);
}

TEST(LocalStore, ObjectsAreReadableByOthers) {
	TemporaryFolder folder;
	LocalStore store;
	const mode_t before = umask(022);
	store.PutIfAbsent(folder / "x", "1");
	umask(before);
	struct stat status;
	ASSERT_EQ(stat((folder / "x").c_str(), &status), 0);
	EXPECT_EQ(status.st_mode & 0777, 0644u);
	EXPECT_EQ(status.st_nlink, 1u) << "the temporary name is gone";
}

TEST(LocalStore, OwnLinkWhoseReplyWasLostIsWritten) {
	TemporaryFolder folder;
	LocalStore store;
	const auto writer = store.OpenWriter(folder / "x");
	writer->Append("mine");
	// What a server does that carries out a request, loses the reply and then sees the request again.
	const auto temporary = std::filesystem::directory_iterator(folder.path)->path();
	std::filesystem::create_hard_link(temporary, folder / "x");
	EXPECT_EQ(writer->FinishIfAbsent(), PutOutcome::WRITTEN);
	EXPECT_EQ(store.TryGet(folder / "x"), "mine");
	EXPECT_EQ(EntryCount(folder.path), 1u);
}

TEST(LocalStore, LeftoversAreHiddenAndRemovable) {
	TemporaryFolder folder;
	LocalStore store;
	store.Put(folder / "p=1/x", "1");
	WriteFile(folder / ".tmp.1", "half");
	WriteFile(folder / "p=1/.tmp.2", "half");
	WriteFile(folder / ".hidden", "kept");
	const auto found = store.List(folder.path, ListDepth::RECURSIVE);
	ASSERT_EQ(found.size(), 2u);
	EXPECT_EQ(found[0].path, folder / ".hidden");
	EXPECT_EQ(found[1].path, folder / "p=1/x");
	EXPECT_EQ(store.List(folder.path, ListDepth::SHALLOW).size(), 2u);
	EXPECT_EQ(store.DeleteLeftovers(folder.path, Clock::System().NowMs() - 60000), 0u) << "a writer may be at work";
	EXPECT_EQ(store.DeleteLeftovers(folder.path, Clock::System().NowMs() + 60000), 2u);
	EXPECT_EQ(store.DeleteLeftovers(folder / "none", Clock::System().NowMs()), 0u);
	EXPECT_FALSE(std::filesystem::exists(folder / "p=1/.tmp.2"));
	EXPECT_TRUE(std::filesystem::exists(folder / ".hidden"));
	EXPECT_TRUE(store.Head(folder / "p=1/x"));
}

TEST(LocalStore, ListFollowsLinksButDoesNotDescend) {
	TemporaryFolder folder;
	TemporaryFolder elsewhere;
	LocalStore store;
	store.Put(elsewhere / "x", "123");
	std::filesystem::create_symlink(elsewhere.path, folder / "folder_link");
	std::filesystem::create_symlink(elsewhere / "x", folder / "file_link");
	std::filesystem::create_symlink(folder.path, folder / "loop");
	std::filesystem::create_symlink(folder / "nothing", folder / "dangling");
	ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
	const auto shallow = store.List(folder.path, ListDepth::SHALLOW);
	ASSERT_EQ(shallow.size(), 3u);
	EXPECT_EQ(shallow[0].path, folder / "file_link");
	EXPECT_EQ(shallow[0].size_bytes, 3u);
	EXPECT_TRUE(shallow[1].path == folder / "folder_link" && shallow[1].is_folder);
	EXPECT_TRUE(shallow[2].path == folder / "loop" && shallow[2].is_folder);
	const auto recursive = store.List(folder.path, ListDepth::RECURSIVE);
	ASSERT_EQ(recursive.size(), 1u);
	EXPECT_EQ(recursive[0].path, folder / "file_link");
	EXPECT_EQ(store.List(folder / "folder_link", ListDepth::RECURSIVE).size(), 1u) << "the folder itself may be a link";
	EXPECT_EQ(store.TryGet(folder / "pipe"), std::nullopt) << "and does not wait for a writer";
}

TEST(LocalStore, StampChangesWithTheFolder) {
	TemporaryFolder folder;
	MockClock clock(Clock::System().NowMs() + 1000000);
	LocalStore store(clock);
	const auto empty = store.FolderStamp(folder.path);
	if (!empty) {
		GTEST_SKIP() << "the temporary folder is on a file system without trusted stamps";
	}
	EXPECT_EQ(store.FolderStamp(folder.path), empty);
	// Longer than a tick of the file system's clock, which is why fresh stamps are withheld below.
	const auto wait = []() {
		Clock::System().SleepMs(30);
	};
	wait();
	store.PutIfAbsent(folder / "a", "1");
	const auto created = store.FolderStamp(folder.path);
	EXPECT_NE(created, empty);
	wait();
	store.Put(folder / "a", "2");
	const auto replaced = store.FolderStamp(folder.path);
	EXPECT_NE(replaced, created);
	wait();
	store.Delete(folder / "a");
	EXPECT_NE(store.FolderStamp(folder.path), replaced);
	EXPECT_EQ(store.FolderStamp(folder / "none"), std::nullopt);
	EXPECT_EQ(store.FolderStamp("/proc"), std::nullopt);
}

TEST(LocalStore, FreshStampIsWithheld) {
	TemporaryFolder folder;
	LocalStore store;
	store.Put(folder / "a", "1");
	EXPECT_EQ(store.FolderStamp(folder.path), std::nullopt);
	MockClock behind(Clock::System().NowMs() - 1000000);
	LocalStore past(behind);
	EXPECT_EQ(past.FolderStamp(folder.path), std::nullopt) << "a stamp from the future";
}

TEST(LocalStore, LockIsHeldUntilDestroyed) {
	TemporaryFolder folder;
	LocalStore store;
	auto held = store.LockFolder(folder.path, LockMode::EXCLUSIVE);
	ASSERT_NE(held, nullptr);
	auto second =
	    std::async(std::launch::async, [&]() { return store.LockFolder(folder.path, LockMode::SHARED) != nullptr; });
	EXPECT_EQ(second.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
	TemporaryFolder other;
	EXPECT_NE(store.LockFolder(other.path, LockMode::EXCLUSIVE), nullptr);
	held.reset();
	EXPECT_TRUE(second.get());
	EXPECT_EQ(store.LockFolder(folder / "none", LockMode::SHARED), nullptr);
	EXPECT_EQ(EntryCount(folder.path), 0u) << "no lock file";
}

TEST(LocalStore, ALockThatIsNotFreeIsNotWaitedFor) {
	TemporaryFolder folder;
	LocalStore store;
	auto held = store.LockFolder(folder.path, LockMode::SHARED);
	EXPECT_EQ(store.TryLockFolder(folder.path, LockMode::EXCLUSIVE), std::nullopt);
	EXPECT_NE(*store.TryLockFolder(folder.path, LockMode::SHARED), nullptr);
	held.reset();
	const auto free = store.TryLockFolder(folder.path, LockMode::EXCLUSIVE);
	ASSERT_TRUE(free.has_value());
	EXPECT_NE(*free, nullptr);
	EXPECT_EQ(*store.TryLockFolder(folder / "none", LockMode::EXCLUSIVE), nullptr);
}

TEST(LocalStore, AWalkFollowsNoLinks) {
	TemporaryFolder folder;
	TemporaryFolder outside;
	LocalStore store;
	store.Put(outside / "x", "x");
	store.Put(folder / "a", "x");
	std::filesystem::create_directory_symlink(outside.path, folder / "folder");
	std::filesystem::create_symlink(outside / "x", folder / "file");
	std::string found;
	store.Walk(
	    folder.path,
	    [](const std::string &path) {
		    ADD_FAILURE() << path;
		    return true;
	    },
	    [&](const ObjectInfo &object) { found += object.path.substr(folder.path.size() + 1) + " "; });
	EXPECT_EQ(found, "a ");
}

TEST(LocalStore, SharedLocksLetEachOtherIn) {
	TemporaryFolder folder;
	LocalStore store;
	auto first = store.LockFolder(folder.path, LockMode::SHARED);
	auto second = store.LockFolder(folder.path, LockMode::SHARED);
	ASSERT_TRUE(first && second);
	auto other =
	    std::async(std::launch::async, [&]() { return store.LockFolder(folder.path, LockMode::EXCLUSIVE) != nullptr; });
	first.reset();
	EXPECT_EQ(other.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
	second.reset();
	EXPECT_TRUE(other.get());
}
