#pragma once

#include "store/object_store.hpp"

#include <string>

namespace merganser {

//! Gives a folder, with all that is below it, another name: at once and durably. False when something has that name.
//! Throws NOT_FOUND when there is no such folder; UNSUPPORTED where folders are only parts of the objects' names, so
//! that each object would have to be copied.
bool RenameFolder(ObjectStore &store, const std::string &folder, const std::string &new_folder);

} // namespace merganser
