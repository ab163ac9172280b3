#pragma once

#include "duckdb.hpp"
#include "upkeep/vacuum.hpp"

namespace merganser {

//! A VACUUM of the table's newest version, by the session's settings. Throws what reading the log throws.
VacuumRequest MakeVacuumRequest(duckdb::ClientContext &context, const TableLocation &location, LogContext log);

//! Runs it, on all threads; the next look at the table sees its commits. Throws as RunVacuum. Requires: the query is
//! being executed.
VacuumResult VacuumTable(duckdb::ClientContext &context, const VacuumRequest &request, LogContext log);

//! The setting merganser_vacuum_retention_check.
bool ChecksVacuumRetention(duckdb::ClientContext &context);

//! Registers the setting merganser_vacuum_retention_check.
void RegisterVacuumSettings(duckdb::DatabaseInstance &db);

} // namespace merganser
