#pragma once

#include "store/object_store.hpp"

#include <string>

namespace merganser {

//! Removes the folders that held the object, from its own up to `root`, as far as nothing else is in them (see
//! ObjectStore::DeleteEmptyFolder). Requires: the path lies below the root.
void DeleteEmptyFoldersAbove(ObjectStore &store, const std::string &path, const std::string &root);

} // namespace merganser
