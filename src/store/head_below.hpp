#pragma once

#include "store/object_store.hpp"

#include <optional>
#include <string>

namespace merganser {

//! ObjectStore::Head of what its Walk of `folder` would find: nullopt too where a symbolic link is on the way from
//! there to the object, or is the object, and where that cannot be told. Requires: the path is below the folder.
std::optional<ObjectInfo> HeadBelow(ObjectStore &store, const std::string &folder, const std::string &path);

} // namespace merganser
