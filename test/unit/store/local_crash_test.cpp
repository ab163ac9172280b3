// What the disk and the kernel can do to a commit. Each scenario runs in a forked child that reports by its exit code.

#include "base/error.hpp"
#include "store/local_store.hpp"
#include "temporary_folder.hpp"

#include <csignal>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace merganser;

namespace {

constexpr int THREW = 100;

int ExitCodeOf(pid_t child) {
	int status = 0;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

//! The exit code of the scenario: what it returns, or THREW + the kind of the Error.
int InChild(const std::function<int()> &scenario) {
	const pid_t child = fork();
	if (child == 0) {
		int code = 0;
		try {
			code = scenario();
		} catch (const Error &error) {
			code = THREW + static_cast<int>(error.kind);
		}
		_exit(code);
	}
	return ExitCodeOf(child);
}

int Threw(ErrorKind kind) {
	return THREW + static_cast<int>(kind);
}

int Code(PutOutcome outcome) {
	return static_cast<int>(outcome);
}

//! From here on the system call fails with this errno in this process.
bool Break(int call, int code) {
	sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(code)),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	sock_fprog program {4, filter};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool CanBreak() {
	return InChild([]() { return Break(SYS_link, EPERM) ? 1 : 0; }) == 1;
}

std::string WholeObject(int number) {
	const auto text = std::to_string(number) + ";";
	std::string bytes;
	while (bytes.size() < 200000) {
		bytes += text;
	}
	return bytes;
}

} // namespace

TEST(LocalCrash, KilledCommitIsWholeOrAbsent) {
	TemporaryFolder folder;
	LocalStore store;
	SeededRandom random(42);
	constexpr int ROUNDS = 30;
	int next = 0;
	for (int round = 0; round < ROUNDS; ++round) {
		int ends[2];
		ASSERT_EQ(pipe(ends), 0);
		const pid_t child = fork();
		if (child == 0) {
			for (int number = next;; ++number) {
				store.PutIfAbsent(folder / ("log/" + std::to_string(number)), WholeObject(number));
				(void)!write(ends[1], "w", 1);
			}
		}
		// The child has written one object and is somewhere in a later one.
		char byte = 0;
		EXPECT_EQ(read(ends[0], &byte, 1), 1);
		usleep(static_cast<useconds_t>(random.Below(12000)));
		kill(child, SIGKILL);
		close(ends[0]);
		close(ends[1]);
		EXPECT_EQ(ExitCodeOf(child), -SIGKILL);
		next = static_cast<int>(store.List(folder / "log", ListDepth::SHALLOW).size());
	}
	const auto found = store.List(folder.path, ListDepth::RECURSIVE);
	EXPECT_GE(found.size(), static_cast<size_t>(ROUNDS));
	for (const auto &info : found) {
		const auto name = info.path.substr((folder / "log/").size());
		EXPECT_TRUE(store.TryGet(info.path) == WholeObject(std::stoi(name))) << info.path;
	}
	for (int number = 0; number < next; ++number) {
		EXPECT_TRUE(store.Head(folder / ("log/" + std::to_string(number)))) << "a hole at " << number;
	}
	store.DeleteLeftovers(folder.path, INT64_MAX);
	EXPECT_EQ(EntryCount(folder.path), found.size() + 1);
}

TEST(LocalCrash, FullDiskLeavesNothing) {
	TemporaryFolder folder;
	const auto limit_file_size = []() {
		signal(SIGXFSZ, SIG_IGN);
		const rlimit limit {100000, 100000};
		return setrlimit(RLIMIT_FSIZE, &limit) == 0;
	};
	const std::string large(1 << 20, 'x');
	const auto full = [&](const std::function<int(LocalStore &)> &scenario) {
		return InChild([&]() {
			LocalStore store;
			return limit_file_size() ? scenario(store) : 99;
		});
	};
	EXPECT_EQ(full([&](LocalStore &store) { return Code(store.PutIfAbsent(folder / "x", large)); }),
	          Threw(ErrorKind::IO));
	EXPECT_EQ(full([&](LocalStore &store) {
		          store.Put(folder / "x", large);
		          return 0;
	          }),
	          Threw(ErrorKind::IO));
	EXPECT_EQ(full([&](LocalStore &store) {
		          const auto writer = store.OpenWriter(folder / "x");
		          writer->Append(large.substr(0, 1000));
		          try {
			          writer->Append(large + large);
			          return 1;
		          } catch (const Error &error) {
			          if (std::string(error.what()).find("disk full") == std::string::npos) {
				          return 2;
			          }
		          }
		          try {
			          writer->FinishIfAbsent();
			          return 3;
		          } catch (const Error &) {
			          return 4;
		          }
	          }),
	          4)
	    << "a writer that failed cannot publish what it has";
	EXPECT_EQ(full([&](LocalStore &store) {
		          const auto writer = store.OpenWriter(folder / "x");
		          writer->Append(large.substr(0, 200000));
		          return Code(writer->FinishIfAbsent());
	          }),
	          Threw(ErrorKind::IO));
	EXPECT_EQ(EntryCount(folder.path), 0u);
}

TEST(LocalCrash, RenamesWhereLinksDoNotExist) {
	if (!CanBreak()) {
		GTEST_SKIP() << "this kernel does not let a process break its own system calls";
	}
	for (const int code : {EPERM, ENOTSUP, ENOSYS, EINVAL}) {
		TemporaryFolder folder;
		const auto put = [&](const std::string &bytes) {
			return InChild([&]() {
				LocalStore store;
				return Break(SYS_link, code) ? Code(store.PutIfAbsent(folder / "x", bytes)) : 99;
			});
		};
		EXPECT_EQ(put("first"), Code(PutOutcome::WRITTEN));
		EXPECT_EQ(put("second"), Code(PutOutcome::EXISTS));
		// A writer checks the name only at its end, so the rename itself has to refuse.
		EXPECT_EQ(InChild([&]() {
			          LocalStore store;
			          const auto writer = store.OpenWriter(folder / "x");
			          writer->Append("third");
			          return Break(SYS_link, code) ? Code(writer->FinishIfAbsent()) : 99;
		          }),
		          Code(PutOutcome::EXISTS));
		EXPECT_EQ(LocalStore().TryGet(folder / "x"), "first");
		EXPECT_EQ(EntryCount(folder.path), 1u);
	}
}

TEST(LocalCrash, RefusesToWriteWhereNothingIsAtomic) {
	if (!CanBreak()) {
		GTEST_SKIP() << "this kernel does not let a process break its own system calls";
	}
	TemporaryFolder folder;
	EXPECT_EQ(InChild([&]() {
		          LocalStore store;
		          const bool broken = Break(SYS_link, EPERM) && Break(SYS_renameat2, EINVAL);
		          return broken ? Code(store.PutIfAbsent(folder / "x", "1")) : 99;
	          }),
	          Threw(ErrorKind::UNSUPPORTED));
	EXPECT_EQ(EntryCount(folder.path), 0u);
}

TEST(LocalCrash, LostAnswerIsUnknown) {
	if (!CanBreak()) {
		GTEST_SKIP() << "this kernel does not let a process break its own system calls";
	}
	for (const int code : {EIO, ETIMEDOUT, ESTALE}) {
		TemporaryFolder folder;
		EXPECT_EQ(InChild([&]() {
			          LocalStore store;
			          return Break(SYS_link, code) ? Code(store.PutIfAbsent(folder / "x", "1")) : 99;
		          }),
		          Code(PutOutcome::UNKNOWN));
		EXPECT_EQ(EntryCount(folder.path), 0u);
	}
}

TEST(LocalCrash, ErrorKindsOfTheKernel) {
	if (!CanBreak()) {
		GTEST_SKIP() << "this kernel does not let a process break its own system calls";
	}
	const std::pair<int, ErrorKind> expectations[] = {{EACCES, ErrorKind::PERMISSION},
	                                                  {EROFS, ErrorKind::PERMISSION},
	                                                  {ENOSPC, ErrorKind::IO},
	                                                  {EDQUOT, ErrorKind::IO},
	                                                  {ENOMEM, ErrorKind::OUT_OF_MEMORY}};
	for (const auto &[code, kind] : expectations) {
		TemporaryFolder folder;
		EXPECT_EQ(InChild([&, code = code]() {
			          LocalStore store;
			          return Break(SYS_link, code) ? Code(store.PutIfAbsent(folder / "x", "1")) : 99;
		          }),
		          Threw(kind));
		EXPECT_EQ(InChild([&, code = code]() {
			          LocalStore store;
			          return Break(SYS_fsync, code) ? Code(store.PutIfAbsent(folder / "x", "1")) : 99;
		          }),
		          Threw(kind))
		    << "nothing gets a name before it is on the disk";
		EXPECT_EQ(EntryCount(folder.path), 0u);
	}
	TemporaryFolder folder;
	const auto open_fails = [&](const std::function<void(LocalStore &)> &action) {
		return InChild([&]() {
			LocalStore store;
			store.Put(folder / "x", "1");
			if (!Break(SYS_openat, EACCES)) {
				return 99;
			}
			action(store);
			return 0;
		});
	};
	const int denied = Threw(ErrorKind::PERMISSION);
	EXPECT_EQ(open_fails([&](LocalStore &store) { store.TryGet(folder / "x"); }), denied);
	EXPECT_EQ(open_fails([&](LocalStore &store) { store.GetRange(folder / "x", 0, 1); }), denied);
	EXPECT_EQ(open_fails([&](LocalStore &store) { store.List(folder.path, ListDepth::RECURSIVE); }), denied)
	    << "a folder that may not be read is not an empty one";
	EXPECT_EQ(open_fails([&](LocalStore &store) { store.OpenWriter(folder / "y"); }), denied);
}
