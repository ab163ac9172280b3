#pragma once

#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <optional>
#include <string>

namespace merganser {

//! Always-on check before anything is put: why this change on top of `base` (nullptr: a new table) would break the
//! table or one of its rules; nullopt when it may be committed. Reads no log. `configuration` is set to that of the
//! version that the change makes. Whether added paths are free is looked up only when files are removed too or the
//! table is small: names of new files are unique.
std::optional<std::string> CheckChange(const Snapshot *base, const TableChange &change, const std::string &table_name,
                                       TableConfigurationPtr &configuration);

} // namespace merganser
