#include "store/local_file.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace merganser {

namespace {

constexpr int READ_ATTEMPT_BYTES_MAX = 1 << 30;

ErrorKind KindOf(int code) {
	switch (code) {
	case EACCES:
	case EPERM:
	case EROFS:
		return ErrorKind::PERMISSION;
	case ENAMETOOLONG:
	case EINVAL:
	case EILSEQ:
	case ENOTDIR:
	case ELOOP:
		return ErrorKind::INVALID_INPUT;
	case ENOENT:
		return ErrorKind::NOT_FOUND;
	case ENOMEM:
		return ErrorKind::OUT_OF_MEMORY;
	default:
		return ErrorKind::IO;
	}
}

} // namespace

void ThrowErrno(const char *action, const std::string &path, int code) {
	std::string message = std::string("cannot ") + action + " '" + path + "': " + std::strerror(code);
	if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
		message += " (disk full or over quota; free some space and try again)";
	} else if (code == EMFILE || code == ENFILE) {
		message += " (raise the limit of open files, e.g. ulimit -n)";
	}
	throw Error(KindOf(code), message);
}

void CheckLocalPath(const std::string &path) {
	if (path.empty() || path.front() != '/') {
		throw Error(ErrorKind::INVALID_INPUT, "'" + path + "' is not an absolute path");
	}
	if (path.find('\0') != std::string::npos) {
		throw Error(ErrorKind::INVALID_INPUT, "a path must not hold a NUL byte: '" + std::string(path.c_str()) + "'");
	}
}

std::string FolderOf(const std::string &path) {
	const auto parent = ParentOf(path);
	return parent.empty() ? "/" : std::string(parent);
}

bool IsMissing(int code) {
	return code == ENOENT || code == ENOTDIR;
}

int64_t ModifiedMs(const struct stat &status) {
	return static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000;
}

FileHandle::FileHandle(FileHandle &&other) noexcept : descriptor(other.descriptor) {
	other.descriptor = -1;
}

FileHandle &FileHandle::operator=(FileHandle &&other) noexcept {
	std::swap(descriptor, other.descriptor);
	return *this;
}

FileHandle::~FileHandle() {
	Close();
}

int FileHandle::Close() {
	if (descriptor < 0) {
		return 0;
	}
	// Never repeated after EINTR: Linux has released the number by then.
	const int result = close(descriptor);
	descriptor = -1;
	return result == 0 || errno == EINTR ? 0 : errno;
}

FileHandle OpenFile(const std::string &path, int flags) {
	int descriptor = -1;
	do {
		descriptor = open(path.c_str(), flags | O_CLOEXEC, 0666);
	} while (descriptor < 0 && errno == EINTR);
	return FileHandle(descriptor);
}

std::string ReadBytes(const FileHandle &file, const std::string &path, uint64_t offset, uint64_t length) {
	std::string bytes;
	bytes.resize(length);
	uint64_t filled = 0;
	while (filled < length) {
		const auto want = std::min<uint64_t>(length - filled, READ_ATTEMPT_BYTES_MAX);
		const auto got = pread(file.Descriptor(), bytes.data() + filled, want, static_cast<off_t>(offset + filled));
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			ThrowErrno("read", path, errno);
		}
		if (got == 0) {
			break;
		}
		filled += static_cast<uint64_t>(got);
	}
	bytes.resize(filled);
	return bytes;
}

void WriteBytes(const FileHandle &file, const std::string &path, std::string_view bytes) {
	while (!bytes.empty()) {
		const auto written = write(file.Descriptor(), bytes.data(), bytes.size());
		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written < 0) {
			ThrowErrno("write", path, errno);
		}
		bytes.remove_prefix(static_cast<size_t>(written));
	}
}

} // namespace merganser
