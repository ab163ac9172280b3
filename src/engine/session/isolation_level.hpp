#pragma once

#include "duckdb.hpp"
#include "protocol/table_configuration.hpp"

#include <optional>

namespace merganser {

//! Registers the setting merganser_isolation_level: 'Serializable', 'WriteSerializable', or '' for what the written
//! table's delta.isolationLevel says.
void RegisterIsolationLevel(duckdb::DatabaseInstance &db);

//! nullopt: the table's.
std::optional<IsolationLevel> SessionIsolation(duckdb::ClientContext &context);

} // namespace merganser
