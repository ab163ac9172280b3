#include "store/empty_folders.hpp"

#include "base/uri.hpp"

namespace merganser {

void DeleteEmptyFoldersAbove(ObjectStore &store, const std::string &path, const std::string &root) {
	for (auto folder = std::string(ParentOf(path)); folder.size() >= root.size();
	     folder = std::string(ParentOf(folder))) {
		if (!store.DeleteEmptyFolder(folder)) {
			return;
		}
	}
}

} // namespace merganser
