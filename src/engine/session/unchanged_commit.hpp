#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Setting `merganser_commit_unchanged`: a statement that could change a table and changes nothing makes a commit all
//! the same, as a sign that it has run. False by default.
bool CommitsUnchanged(duckdb::ClientContext &context);
void RegisterUnchangedCommit(duckdb::DatabaseInstance &db);

} // namespace merganser
