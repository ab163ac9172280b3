#pragma once

#include "store/object_store.hpp"

#include <string>
#include <vector>

namespace merganser {

//! The listing behind LocalStore::List, unsorted. `folder` has no trailing '/' (the root is "").
//! Entries up to `start_after` are dropped by name, before they cost a system call.
std::vector<ObjectInfo> ListLocalFolder(const std::string &folder, ListDepth depth, const std::string &start_after);
//! Paths of all temporary files at any depth below the folder.
std::vector<ObjectInfo> ListLocalLeftovers(const std::string &folder);

} // namespace merganser
