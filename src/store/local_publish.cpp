#include "base/error.hpp"
#include "base/random.hpp"
#include "base/uri.hpp"
#include "store/local_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

namespace merganser {

namespace {

//! Times that a folder which another process removes is created again.
constexpr int CREATE_ATTEMPTS_MAX = 5;
//! So much is handed to the device at once while more is made.
constexpr uint64_t WRITE_BACK_BYTES = 1ull << 20;

//! 0, or errno. Some file systems cannot sync a folder and need not.
int SyncFolder(const std::string &folder) {
	const auto handle = OpenFile(folder, O_RDONLY | O_DIRECTORY);
	if (!handle.IsOpen()) {
		return errno;
	}
	if (fsync(handle.Descriptor()) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EBADF) {
		return 0;
	}
	return errno;
}

bool CannotLink(int code) {
	return code == EPERM || code == ENOTSUP || code == EOPNOTSUPP || code == EINVAL || code == ENOSYS || code == EMLINK;
}

//! Errors after which a network file system may still have done what it was asked.
bool IsAmbiguous(int code) {
	return code == EIO || code == ETIMEDOUT || code == ESTALE || code == EINTR || code == ECONNRESET;
}

} // namespace

void CreateLocalFolder(const std::string &folder) {
	for (int attempt = 0; attempt < CREATE_ATTEMPTS_MAX; ++attempt) {
		if (mkdir(folder.c_str(), 0777) == 0) {
			if (const int code = SyncFolder(FolderOf(folder))) {
				ThrowErrno("make durable the new folder", folder, code);
			}
			return;
		}
		const int code = errno;
		if (code == ENOENT && folder != "/") {
			CreateLocalFolder(FolderOf(folder));
			continue;
		}
		struct stat status;
		if (code == EEXIST || code == EISDIR) {
			if (stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
				return;
			}
			ThrowErrno("create the folder", folder, ENOTDIR);
		}
		ThrowErrno("create the folder", folder, code);
	}
	throw Error(ErrorKind::IO, "cannot create the folder '" + folder + "': another process keeps removing its parents");
}

TemporaryFile::TemporaryFile(const std::string &target_p) : target(target_p) {
	if (target.back() == '/') {
		throw Error(ErrorKind::INVALID_INPUT, "'" + target + "' names a folder, not an object");
	}
	const auto folder = FolderOf(target);
	path = JoinPath(folder, std::string(LEFTOVER_PREFIX) + Random::System().Uuid());
	for (int attempt = 0; attempt < CREATE_ATTEMPTS_MAX && !file.IsOpen(); ++attempt) {
		file = OpenFile(path, O_WRONLY | O_CREAT | O_EXCL);
		if (file.IsOpen()) {
			return;
		}
		if (errno != ENOENT) {
			ThrowErrno("create", target, errno);
		}
		CreateLocalFolder(folder);
	}
	ThrowErrno("create", target, ENOENT);
}

TemporaryFile::~TemporaryFile() {
	Discard();
}

void TemporaryFile::Write(std::string_view bytes) {
	Verify(file.IsOpen(), "write to a closed temporary file");
	WriteBytes(file, target, bytes);
	written_bytes += bytes.size();
	if (written_bytes - started_bytes >= WRITE_BACK_BYTES) {
		// Only a hint: what fails here fails in fsync, which would otherwise wait for the whole file.
		(void)sync_file_range(file.Descriptor(), off_t(started_bytes), off_t(written_bytes - started_bytes),
		                      SYNC_FILE_RANGE_WRITE);
		started_bytes = written_bytes;
	}
}

void TemporaryFile::Discard() {
	file.Close();
	if (!path.empty()) {
		unlink(path.c_str());
		path.clear();
	}
}

void TemporaryFile::SyncAndClose() {
	Verify(file.IsOpen(), "a temporary file is published once");
	if (fsync(file.Descriptor()) != 0) {
		ThrowErrno("write", target, errno);
	}
	// A network file system may report a failed write only here.
	if (const int code = file.Close()) {
		ThrowErrno("write", target, code);
	}
}

bool TemporaryFile::LinkIsOurs() const {
	struct stat status;
	return stat(path.c_str(), &status) == 0 && status.st_nlink == 2;
}

PutOutcome TemporaryFile::AfterName() {
	Discard();
	// The name is there but may not survive a power loss: only the caller's read of the slot can settle it.
	return SyncFolder(FolderOf(target)) == 0 ? PutOutcome::WRITTEN : PutOutcome::UNKNOWN;
}

PutOutcome TemporaryFile::RenameIfAbsent() {
	if (renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
		path.clear();
		return AfterName();
	}
	const int code = errno;
	if (code == EEXIST) {
		return PutOutcome::EXISTS;
	}
	if (code == EINVAL || code == ENOSYS || code == ENOTSUP || code == EOPNOTSUPP) {
		throw Error(ErrorKind::UNSUPPORTED,
		            "cannot create '" + target + "': this file system can neither link a file nor rename it without " +
		                "replacing another, so a commit could be lost; keep the table on another file system");
	}
	if (IsAmbiguous(code)) {
		return PutOutcome::UNKNOWN;
	}
	ThrowErrno("create", target, code);
}

PutOutcome TemporaryFile::PublishIfAbsent() {
	SyncAndClose();
	PutOutcome outcome;
	if (link(path.c_str(), target.c_str()) == 0) {
		outcome = AfterName();
	} else if (const int code = errno; CannotLink(code)) {
		outcome = RenameIfAbsent();
	} else if (code == EEXIST || IsAmbiguous(code)) {
		// NFS repeats a request whose reply was lost and then finds its own link.
		if (LinkIsOurs()) {
			outcome = AfterName();
		} else {
			outcome = code == EEXIST ? PutOutcome::EXISTS : PutOutcome::UNKNOWN;
		}
	} else {
		ThrowErrno("create", target, code);
	}
	Discard();
	return outcome;
}

void TemporaryFile::PublishOver() {
	SyncAndClose();
	if (rename(path.c_str(), target.c_str()) != 0) {
		ThrowErrno("replace", target, errno);
	}
	path.clear();
}

} // namespace merganser
