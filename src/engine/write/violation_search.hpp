#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"
#include "protocol/row_rules.hpp"

#include <optional>
#include <string>

namespace merganser {

//! A row of the table that breaks the rule, as `x = -1 in file part-….parquet`; nothing when every row keeps it. Reads
//! the columns that the rule names, of all files.
std::optional<std::string> FindViolation(duckdb::ClientContext &context, const SnapshotPtr &snapshot,
                                         const RowRule &rule);

} // namespace merganser
