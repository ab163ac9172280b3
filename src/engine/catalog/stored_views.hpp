#pragma once

#include "log/table_location.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! One view of a schema, kept beside its tables as `_merganser/views/<name>.json`.
struct StoredView {
	std::string name;
	//! The CREATE VIEW statement without catalog names, so that it works under any alias.
	std::string sql;
	std::optional<std::string> comment;
};

//! The views of one schema folder. Creation and deletion are single store calls that take effect at once (no part of a
//! transaction).
class StoredViews {
public:
	StoredViews(std::shared_ptr<ObjectStore> store, const std::string &schema_folder);

	std::vector<std::string> Names() const;
	//! By name without regard to case.
	std::optional<StoredView> Find(const std::string &name) const;
	//! False when there is one already and `replace` is not set.
	bool Save(const StoredView &view, bool replace) const;
	void Delete(const std::string &name) const;

private:
	std::string PathOf(const std::string &name) const;

	std::shared_ptr<ObjectStore> store;
	std::string folder;
};

} // namespace merganser
