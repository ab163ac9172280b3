#include "base/error.hpp"
#include "store/object_store.hpp"

namespace merganser {

std::string GetObject(ObjectStore &store, const std::string &path) {
	auto bytes = store.TryGet(path);
	if (!bytes) {
		throw Error(ErrorKind::NOT_FOUND, "no such object: " + path);
	}
	return std::move(*bytes);
}

} // namespace merganser
