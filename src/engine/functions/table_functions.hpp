#pragma once

#include "duckdb.hpp"
#include "duckdb/main/extension/extension_loader.hpp"

namespace merganser {

//! Registers the functions whose names begin with merganser_, and table_changes.
void RegisterTableFunctions(duckdb::ExtensionLoader &loader);

} // namespace merganser
