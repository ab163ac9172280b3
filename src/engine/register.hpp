#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Registers everything that Merganser adds to a database instance: the storage extension `merganser` (ATTACH … (TYPE
//! merganser)), table functions and settings. Calling it twice on one instance is no error.
void RegisterMerganser(duckdb::DatabaseInstance &db);

} // namespace merganser
