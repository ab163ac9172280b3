#include "store/local_store.hpp"

#include "base/error.hpp"
#include "store/local_file.hpp"
#include "store/local_list.hpp"
#include "store/local_object_writer.hpp"
#include "store/open_store.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace merganser {

namespace {

//! File systems stamp changes with a clock that ticks every 1 to 10 ms: a stamp this fresh may hide a second change.
constexpr int64_t STAMP_AGE_MIN_MS = 100;

//! Without trailing '/'; the root becomes "".
std::string CheckedFolder(const std::string &folder) {
	CheckLocalPath(folder);
	const size_t last = folder.find_last_not_of('/');
	return last == std::string::npos ? std::string() : folder.substr(0, last + 1);
}

//! Not open when there is no such object; a folder or device is none.
FileHandle OpenObject(const std::string &path, struct stat &status) {
	// Without O_NONBLOCK the opening of a pipe would wait for its writer.
	auto file = OpenFile(path, O_RDONLY | O_NONBLOCK);
	if (!file.IsOpen()) {
		if (!IsMissing(errno) && errno != ENXIO) {
			ThrowErrno("open", path, errno);
		}
		return file;
	}
	if (fstat(file.Descriptor(), &status) != 0) {
		ThrowErrno("read", path, errno);
	}
	return S_ISREG(status.st_mode) ? std::move(file) : FileHandle();
}

//! File systems whose folder time stamps change at once and finely with every change.
bool HasTrustworthyStamps(const std::string &folder) {
	constexpr long BTRFS = 0x9123683E;
	constexpr long EXT = 0xEF53;
	constexpr long F2FS = 0xF2F52010;
	constexpr long OVERLAY = 0x794C7630;
	constexpr long TMPFS = 0x01021994;
	constexpr long XFS = 0x58465342;
	constexpr long ZFS = 0x2FC12FC1;
	struct statfs status;
	if (statfs(folder.c_str(), &status) != 0) {
		return false;
	}
	const auto type = static_cast<long>(status.f_type);
	return type == BTRFS || type == EXT || type == F2FS || type == OVERLAY || type == TMPFS || type == XFS ||
	       type == ZFS;
}

//! The kernel gives the lock back when the descriptor is closed.
class LocalFolderLock : public StoreLock {
public:
	explicit LocalFolderLock(FileHandle folder_p) : folder(std::move(folder_p)) {
	}

private:
	FileHandle folder;
};

} // namespace

std::vector<ObjectInfo> LocalStore::List(const std::string &folder, ListDepth depth, const std::string &start_after) {
	auto found = ListLocalFolder(CheckedFolder(folder), depth, start_after);
	std::sort(found.begin(), found.end(),
	          [](const ObjectInfo &left, const ObjectInfo &right) { return left.path < right.path; });
	return found;
}

void LocalStore::Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
                      const std::function<void(const ObjectInfo &)> &visit) {
	WalkLocalFolder(CheckedFolder(folder), enter, visit);
}

std::optional<ObjectInfo> LocalStore::Head(const std::string &path) {
	CheckLocalPath(path);
	struct stat status;
	if (stat(path.c_str(), &status) != 0) {
		if (IsMissing(errno)) {
			return std::nullopt;
		}
		ThrowErrno("look up", path, errno);
	}
	if (!S_ISREG(status.st_mode)) {
		return std::nullopt;
	}
	ObjectInfo info;
	info.path = path;
	info.size_bytes = static_cast<uint64_t>(status.st_size);
	info.modified_ms = ModifiedMs(status);
	return info;
}

std::optional<std::string> LocalStore::TryGet(const std::string &path) {
	CheckLocalPath(path);
	struct stat status;
	const auto file = OpenObject(path, status);
	if (!file.IsOpen()) {
		return std::nullopt;
	}
	return ReadBytes(file, path, 0, static_cast<uint64_t>(status.st_size));
}

std::string LocalStore::GetRange(const std::string &path, uint64_t offset, uint64_t length) {
	CheckLocalPath(path);
	struct stat status;
	const auto file = OpenObject(path, status);
	if (!file.IsOpen()) {
		throw Error(ErrorKind::NOT_FOUND, "no such object: " + path);
	}
	const auto size = static_cast<uint64_t>(status.st_size);
	if (offset >= size) {
		return std::string();
	}
	return ReadBytes(file, path, offset, std::min(length, size - offset));
}

void LocalStore::Put(const std::string &path, std::string_view bytes) {
	CheckLocalPath(path);
	TemporaryFile file(path);
	file.Write(bytes);
	file.PublishOver();
}

PutOutcome LocalStore::PutIfAbsent(const std::string &path, std::string_view bytes) {
	CheckLocalPath(path);
	// Saves a lost race the cost of writing and syncing; link() below decides.
	struct stat status;
	if (lstat(path.c_str(), &status) == 0) {
		return PutOutcome::EXISTS;
	}
	TemporaryFile file(path);
	file.Write(bytes);
	return file.PublishIfAbsent();
}

std::unique_ptr<ObjectWriter> LocalStore::OpenWriter(const std::string &path) {
	CheckLocalPath(path);
	return std::make_unique<LocalObjectWriter>(path);
}

void LocalStore::Delete(const std::string &path) {
	CheckLocalPath(path);
	if (unlink(path.c_str()) != 0 && !IsMissing(errno) && errno != EISDIR) {
		ThrowErrno("delete", path, errno);
	}
}

void LocalStore::CreateFolder(const std::string &folder) {
	const auto plain = CheckedFolder(folder);
	if (!plain.empty()) {
		CreateLocalFolder(plain);
	}
}

bool LocalStore::DeleteEmptyFolder(const std::string &folder) {
	const auto plain = CheckedFolder(folder);
	if (plain.empty()) {
		return false;
	}
	if (rmdir(plain.c_str()) == 0 || errno == ENOENT) {
		return true;
	}
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR || errno == EBUSY) {
		return false;
	}
	ThrowErrno("remove the folder", plain, errno);
}

uint64_t LocalStore::DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) {
	uint64_t removed_count = 0;
	for (const auto &leftover : ListLocalLeftovers(CheckedFolder(folder))) {
		if (leftover.modified_ms < modified_before_ms) {
			Delete(leftover.path);
			++removed_count;
		}
	}
	return removed_count;
}

std::optional<std::string> LocalStore::FolderStamp(const std::string &folder) {
	CheckLocalPath(folder);
	struct stat status;
	if (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || !HasTrustworthyStamps(folder)) {
		return std::nullopt;
	}
	// The time of the last status change: unlike the time of modification nobody can set it back.
	// A stamp from the future says nothing about what follows it either.
	const auto &changed = status.st_ctim;
	const int64_t changed_ms = static_cast<int64_t>(changed.tv_sec) * 1000 + changed.tv_nsec / 1000000;
	if (changed_ms + STAMP_AGE_MIN_MS > clock.NowMs()) {
		return std::nullopt;
	}
	return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) + ":" + std::to_string(changed.tv_sec) +
	       "." + std::to_string(changed.tv_nsec);
}

bool LocalStore::FolderExists(const std::string &folder) {
	CheckLocalPath(folder);
	struct stat status;
	if (stat(folder.c_str(), &status) == 0) {
		return S_ISDIR(status.st_mode);
	}
	if (IsMissing(errno)) {
		return false;
	}
	ThrowErrno("look at", folder, errno);
}

namespace {

enum class FlockOutcome { HELD, BUSY, NO_LOCKS, INTERRUPTED };

FlockOutcome Flock(const FileHandle &handle, const std::string &folder, LockMode mode, bool waits) {
	const int operation = (mode == LockMode::SHARED ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB);
	if (flock(handle.Descriptor(), operation) == 0) {
		return FlockOutcome::HELD;
	}
	if (errno == EINTR) {
		return FlockOutcome::INTERRUPTED;
	}
	if (errno == EWOULDBLOCK && !waits) {
		return FlockOutcome::BUSY;
	}
	if (errno == EBADF || errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS || errno == EINVAL) {
		return FlockOutcome::NO_LOCKS;
	}
	ThrowErrno("lock", folder, errno);
}

//! False when the folder got another name, or went, while we waited for its lock.
bool HasStillName(const FileHandle &handle, const std::string &folder) {
	struct stat locked;
	struct stat named;
	return fstat(handle.Descriptor(), &locked) == 0 && stat(folder.c_str(), &named) == 0 &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

//! nullopt: another holds it and we do not wait.
std::optional<std::unique_ptr<StoreLock>> LockLocalFolder(const std::string &folder, LockMode mode, bool waits) {
	CheckLocalPath(folder);
	while (true) {
		auto handle = OpenFile(folder, O_RDONLY | O_DIRECTORY);
		if (!handle.IsOpen()) {
			if (IsMissing(errno)) {
				return nullptr;
			}
			ThrowErrno("lock", folder, errno);
		}
		auto outcome = FlockOutcome::INTERRUPTED;
		while (outcome == FlockOutcome::INTERRUPTED) {
			outcome = Flock(handle, folder, mode, waits);
		}
		if (outcome == FlockOutcome::NO_LOCKS) {
			return nullptr;
		}
		if (outcome == FlockOutcome::BUSY) {
			return std::nullopt;
		}
		if (HasStillName(handle, folder)) {
			return std::make_unique<LocalFolderLock>(std::move(handle));
		}
	}
}

} // namespace

std::unique_ptr<StoreLock> LocalStore::LockFolder(const std::string &folder, LockMode mode) {
	return std::move(*LockLocalFolder(folder, mode, true));
}

std::optional<std::unique_ptr<StoreLock>> LocalStore::TryLockFolder(const std::string &folder, LockMode mode) {
	return LockLocalFolder(folder, mode, false);
}

std::optional<std::string> LocalStore::LocalPath(const std::string &path) {
	return path;
}

std::string LocalStore::Name() const {
	return "file";
}

std::shared_ptr<ObjectStore> OpenLocalStore() {
	return std::make_shared<LocalStore>();
}

} // namespace merganser
