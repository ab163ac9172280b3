#pragma once

#include "store/object_store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace merganser {

//! The listing behind LocalStore::List, unsorted. `folder` has no trailing '/' (the root is "").
//! Entries up to `start_after` are dropped by name, before they cost a system call.
std::vector<ObjectInfo> ListLocalFolder(const std::string &folder, ListDepth depth, const std::string &start_after);
//! The walk behind LocalStore::Walk.
void WalkLocalFolder(const std::string &folder, const std::function<bool(const std::string &)> &enter,
                     const std::function<void(const ObjectInfo &)> &visit);
//! Paths of all temporary files at any depth below the folder.
std::vector<ObjectInfo> ListLocalLeftovers(const std::string &folder);

} // namespace merganser
