#include "store/local_list.hpp"

#include "store/local_file.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace merganser {

namespace {

//! Owns an open folder.
class FolderReader {
public:
	//! A missing folder reads as an empty one.
	explicit FolderReader(const std::string &folder_p) : folder(folder_p) {
		const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (descriptor < 0) {
			if (!IsMissing(errno)) {
				ThrowErrno("list", folder, errno);
			}
			return;
		}
		handle = fdopendir(descriptor);
		if (!handle) {
			const int code = errno;
			close(descriptor);
			ThrowErrno("list", folder, code);
		}
	}
	FolderReader(const FolderReader &) = delete;
	FolderReader &operator=(const FolderReader &) = delete;
	~FolderReader() {
		if (handle) {
			closedir(handle);
		}
	}

	//! nullptr at the end.
	const dirent *Next() {
		if (!handle) {
			return nullptr;
		}
		errno = 0;
		const auto *entry = readdir(handle);
		if (!entry && errno != 0) {
			ThrowErrno("list", folder, errno);
		}
		return entry;
	}

	//! False when the entry is gone (or is a link to nothing).
	bool Stat(const char *name, struct stat &status, bool follow_links) const {
		if (fstatat(dirfd(handle), name, &status, follow_links ? 0 : AT_SYMLINK_NOFOLLOW) == 0) {
			return true;
		}
		if (!IsMissing(errno) && errno != ELOOP) {
			ThrowErrno("list", folder + "/" + name, errno);
		}
		return false;
	}

	//! A folder itself, not a link to one.
	bool IsRealFolder(const dirent &entry) const {
		struct stat status;
		return entry.d_type == DT_DIR ||
		       (entry.d_type == DT_UNKNOWN && Stat(entry.d_name, status, false) && S_ISDIR(status.st_mode));
	}

private:
	const std::string folder;
	DIR *handle = nullptr;
};

bool IsDotEntry(std::string_view name) {
	return name == "." || name == "..";
}

bool IsLeftover(std::string_view name) {
	return name.starts_with(LEFTOVER_PREFIX);
}

//! Whether any path below the folder can be > start_after.
bool MayHoldLaterPaths(const std::string &folder, const std::string &start_after) {
	const std::string prefix = folder + "/";
	return start_after.starts_with(prefix) || prefix > start_after;
}

ObjectInfo InfoOf(std::string path, const struct stat &status) {
	ObjectInfo info;
	info.path = std::move(path);
	info.is_folder = S_ISDIR(status.st_mode);
	info.size_bytes = info.is_folder ? 0 : static_cast<uint64_t>(status.st_size);
	info.modified_ms = ModifiedMs(status);
	return info;
}

//! Reads the folder and those that `visit` wants opened: visit(reader, entry, path) returns true to go into a folder.
template <class VISIT>
void WalkFolders(const std::string &folder, VISIT &&visit) {
	std::vector<std::string> open_folders {folder};
	while (!open_folders.empty()) {
		const std::string current = std::move(open_folders.back());
		open_folders.pop_back();
		FolderReader reader(current.empty() ? "/" : current);
		while (const auto *entry = reader.Next()) {
			if (IsDotEntry(entry->d_name)) {
				continue;
			}
			std::string path = current + "/" + entry->d_name;
			if (visit(reader, *entry, path)) {
				open_folders.push_back(std::move(path));
			}
		}
	}
}

} // namespace

std::vector<ObjectInfo> ListLocalFolder(const std::string &folder, ListDepth depth, const std::string &start_after) {
	std::vector<ObjectInfo> found;
	WalkFolders(folder, [&](FolderReader &reader, const dirent &entry, std::string &path) {
		if (IsLeftover(entry.d_name)) {
			return false;
		}
		if (depth == ListDepth::RECURSIVE && reader.IsRealFolder(entry)) {
			return MayHoldLaterPaths(path, start_after);
		}
		struct stat status;
		if (path <= start_after || !reader.Stat(entry.d_name, status, true)) {
			return false;
		}
		const bool wanted_folder = S_ISDIR(status.st_mode) && depth == ListDepth::SHALLOW;
		if (S_ISREG(status.st_mode) || wanted_folder) {
			found.push_back(InfoOf(std::move(path), status));
		}
		return false;
	});
	return found;
}

void WalkLocalFolder(const std::string &folder, const std::function<bool(const std::string &)> &enter,
                     const std::function<void(const ObjectInfo &)> &visit) {
	WalkFolders(folder, [&](FolderReader &reader, const dirent &entry, std::string &path) {
		if (IsLeftover(entry.d_name)) {
			return false;
		}
		if (reader.IsRealFolder(entry)) {
			return enter(path);
		}
		struct stat status;
		const bool may_be_file = entry.d_type == DT_REG || entry.d_type == DT_UNKNOWN;
		if (may_be_file && reader.Stat(entry.d_name, status, false) && S_ISREG(status.st_mode)) {
			visit(InfoOf(std::move(path), status));
		}
		return false;
	});
}

std::vector<ObjectInfo> ListLocalLeftovers(const std::string &folder) {
	std::vector<ObjectInfo> found;
	WalkFolders(folder, [&](FolderReader &reader, const dirent &entry, std::string &path) {
		if (reader.IsRealFolder(entry)) {
			return true;
		}
		struct stat status;
		if (IsLeftover(entry.d_name) && reader.Stat(entry.d_name, status, false) && S_ISREG(status.st_mode)) {
			found.push_back(InfoOf(std::move(path), status));
		}
		return false;
	});
	return found;
}

} // namespace merganser
