#pragma once

#include "store/object_store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace merganser {

//! Where a table is. Cheap to copy.
struct TableLocation {
	std::shared_ptr<ObjectStore> store;
	//! Path of the table's folder in the store, without trailing '/'.
	std::string root;
	//! For messages, e.g. `lake.sales.orders` or the folder.
	std::string name;

	std::string LogFolder() const;
	std::string CommitPath(int64_t version) const;
	//! Store path of a data, deletion-vector or cdc file named in the log: percent-decodes, resolves relative to the
	//! root; absolute `file:` URIs and absolute paths only where the store is the local one. Throws CORRUPT when a
	//! relative path climbs out of the table's folder, UNSUPPORTED for an absolute URI of another store.
	std::string ResolveFile(std::string_view log_path) const;
};

} // namespace merganser
