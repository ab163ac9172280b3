#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"

#include <optional>
#include <string>

namespace merganser {

//! A data file with a live row that has NULL in the column (an index into the schema); nullopt when there is none.
//! Files whose partition value or statistics say that they have none are not opened. Throws for unreadable files,
//! naming them, and when the query is interrupted.
std::optional<std::string> FindNull(duckdb::ClientContext &context, const SnapshotPtr &snapshot, size_t field);

} // namespace merganser
