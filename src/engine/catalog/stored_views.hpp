#pragma once

#include "base/error.hpp"
#include "log/table_location.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! One view of a schema, kept beside its tables as `_merganser/views/<name>.json`.
struct StoredView {
	std::string name;
	//! Its file.
	std::string path;
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
	//! The view's name as it is stored; `name` without regard to case. Does not look into the file.
	std::optional<std::string> FindName(const std::string &name) const;
	//! By name without regard to case. Throws IO (see DamagedView) for a file that is not what Save wrote.
	std::optional<StoredView> Find(const std::string &name) const;
	//! False when there is one already and `replace` is not set.
	bool Save(const StoredView &view, bool replace) const;
	void Delete(const std::string &name) const;
	std::string PathOf(const std::string &name) const;

private:
	std::shared_ptr<ObjectStore> store;
	std::string folder;
};

//! IO: names the view and its file, and what can be done.
Error DamagedView(const std::string &name, const std::string &path, const std::string &reason);

} // namespace merganser
