#pragma once

#include "duckdb.hpp"
#include "duckdb/main/extension/extension_loader.hpp"

namespace merganser {

//! Registers `CALL merganser_vacuum('lake.s.t', retain => INTERVAL '7 days', dry_run => true)`, one row of counts or a
//! row for each file that would go, and the setting merganser_vacuum_retention_check.
void RegisterVacuum(duckdb::ExtensionLoader &loader);

} // namespace merganser
