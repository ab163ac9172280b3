#pragma once

#include "store/object_store.hpp"

#include <memory>

namespace merganser {

//! The local disk; paths are absolute.
std::shared_ptr<ObjectStore> OpenLocalStore();

} // namespace merganser
