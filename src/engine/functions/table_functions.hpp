#pragma once

#include "duckdb.hpp"
#include "duckdb/main/extension/extension_loader.hpp"

namespace merganser {

//! Registers merganser_history, merganser_detail, merganser_files, merganser_store_calls, merganser_restore and
//! table_changes.
void RegisterTableFunctions(duckdb::ExtensionLoader &loader);

} // namespace merganser
