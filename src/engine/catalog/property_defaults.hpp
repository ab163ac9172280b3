#pragma once

#include "duckdb.hpp"
#include "protocol/actions.hpp"

namespace merganser {

//! The setting `merganser_table_properties` (MAP(VARCHAR, VARCHAR), empty): table properties that CREATE TABLE takes
//! where its WITH does not name them.
inline constexpr const char *PROPERTY_DEFAULTS_SETTING = "merganser_table_properties";

void RegisterPropertyDefaults(duckdb::DatabaseInstance &db);
//! As they were set, names and values unchecked.
StringMap PropertyDefaults(duckdb::ClientContext &context);

} // namespace merganser
