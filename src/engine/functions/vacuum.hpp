#pragma once

#include "duckdb.hpp"
#include "duckdb/main/extension/extension_loader.hpp"

namespace merganser {

//! Registers `CALL merganser_vacuum('lake.s.t', retain => INTERVAL '7 days', dry_run => true, lite => true)`: one row
//! of counts, or a row for each file that would go.
void RegisterVacuum(duckdb::ExtensionLoader &loader);

} // namespace merganser
