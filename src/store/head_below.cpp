#include "store/head_below.hpp"

#include "base/error.hpp"
#include "store/local_file.hpp"

#include <cerrno>
#include <sys/stat.h>

namespace merganser {

namespace {

//! False as well where there is no such object.
bool IsReachedWithoutLinks(const std::string &folder, const std::string &path) {
	auto end = folder.size();
	while (end != std::string::npos) {
		end = path.find('/', end + 1);
		const auto part = path.substr(0, end);
		struct stat status;
		if (lstat(part.c_str(), &status) != 0) {
			if (IsMissing(errno)) {
				return false;
			}
			ThrowErrno("look up", part, errno);
		}
		if (S_ISLNK(status.st_mode)) {
			return false;
		}
	}
	return true;
}

} // namespace

std::optional<ObjectInfo> HeadBelow(ObjectStore &store, const std::string &folder, const std::string &path) {
	Verify(path.starts_with(folder + "/"), "the object is below the folder");
	// Other stores have no links.
	if (store.Name() == "file" && (!store.LocalPath(path) || !IsReachedWithoutLinks(folder, path))) {
		return std::nullopt;
	}
	return store.Head(path);
}

} // namespace merganser
