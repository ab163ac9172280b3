#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Registers the settings merganser_automatic_compaction, merganser_automatic_compaction_files and
//! merganser_automatic_maintenance_fraction, and makes the statements that commit to a lake (CommittedLake) look after
//! their table as their very last step: what a commit has made due is written anew when the table's credit pays for it.
//! The statement has committed before, and its result is not touched: nothing that goes wrong here can fail it, and an
//! interrupt ends the work, not the statement. Nothing is done inside of BEGIN … COMMIT. Requires:
//! RegisterStatementCommit was called.
void RegisterAutomaticMaintenance(duckdb::DatabaseInstance &db);

} // namespace merganser
