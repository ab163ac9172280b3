#include "store/folder_rename.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "store/local_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

namespace merganser {

//! Some file systems know no flags. Without them, too, a folder takes the place of an empty one only.
static int Rename(const std::string &from, const std::string &to) {
	if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS) {
		return errno;
	}
	return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

bool RenameFolder(ObjectStore &store, const std::string &folder, const std::string &new_folder) {
	const auto from = store.LocalPath(folder);
	const auto to = store.LocalPath(new_folder);
	if (!from || !to) {
		throw Error(ErrorKind::UNSUPPORTED, "the store '" + store.Name() + "' has no folders that could be renamed");
	}
	CheckLocalPath(*from);
	CheckLocalPath(*to);
	const int code = Rename(*from, *to);
	if (code == EEXIST || code == ENOTEMPTY || code == ENOTDIR) {
		return false;
	}
	if (code == ENOENT) {
		throw Error(ErrorKind::NOT_FOUND, "there is no folder '" + folder + "'");
	}
	if (code != 0) {
		ThrowErrno("rename", *from, code);
	}
	const auto parent = OpenFile(std::string(ParentOf(*to)), O_RDONLY | O_DIRECTORY);
	if (parent.IsOpen()) {
		// The new name is there for everyone; where it cannot be made durable, a crash brings the old one back whole.
		(void)fsync(parent.Descriptor());
	}
	return true;
}

} // namespace merganser
