#include "base/uri.hpp"
#include "store/object_store.hpp"

#include <map>

namespace merganser {

namespace {

//! Remembers what `enter` said of a folder, and asks for those above it first.
class EnteredFolders {
public:
	EnteredFolders(const std::string &root_p, const std::function<bool(const std::string &)> &enter_p)
	    : root(root_p), enter(enter_p) {
	}

	bool IsEntered(const std::string &folder) {
		if (folder.size() <= root.size()) {
			return true;
		}
		const auto known = entered.find(folder);
		if (known != entered.end()) {
			return known->second;
		}
		const bool answer = IsEntered(std::string(ParentOf(folder))) && enter(folder);
		return entered[folder] = answer;
	}

private:
	const std::string &root;
	const std::function<bool(const std::string &)> &enter;
	std::map<std::string, bool> entered;
};

} // namespace

void ObjectStore::Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
                       const std::function<void(const ObjectInfo &)> &visit) {
	EnteredFolders folders(folder, enter);
	for (const auto &object : List(folder, ListDepth::RECURSIVE)) {
		if (folders.IsEntered(std::string(ParentOf(object.path)))) {
			visit(object);
		}
	}
}

} // namespace merganser
