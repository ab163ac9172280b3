#pragma once

#include "duckdb.hpp"
#include "duckdb/main/client_context_state.hpp"
#include "duckdb/planner/expression/bound_parameter_data.hpp"
#include "log/table_location.hpp"
#include "txn/conflict_check.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace merganser {

//! What a connection remembers while it runs a statement for another one that lost its commit.
class ReexecutionState : public duckdb::ClientContextState {
public:
	//! This connection was opened to run a statement again: its own losses are handed back.
	bool is_inner = false;
	//! The others wait for this connection with their commits, see CommitTurns.
	bool has_turn = false;
	std::optional<ConflictKind> lost_to;

	static ReexecutionState &Of(duckdb::ClientContext &context);
};

//! A statement as its client gave it.
struct StatementText {
	std::string query;
	duckdb::case_insensitive_map_t<duckdb::BoundParameterData> parameters;
	//! Of what it returns.
	duckdb::vector<duckdb::LogicalType> types;
	//! The database that it changes.
	std::string database;
	//! It may make a new table, which takes locks of its own.
	bool may_create = false;
};

//! Runs a statement that lost its commit again, on the newest versions, until its commit succeeds: in a connection of
//! its own with the caller's settings, variables, search path, prepared statements and temporary objects. Bounded by
//! the setting merganser_reexecutions and by limits::REEXECUTION_DEADLINE_MS. From the third time on it
//! has its turn, where the store has locks: others wait with their commits, and it cannot lose to them again.
//! Returns what the execution that committed returned. Throws the last conflict, or what the execution threw; where the
//! statement cannot be run by another connection (it reads what only the caller's frame can see), `conflict`.
duckdb::unique_ptr<duckdb::ColumnDataCollection> Reexecute(duckdb::ClientContext &context,
                                                           const StatementText &statement, const TableLocation &table,
                                                           const duckdb::ErrorData &conflict);

//! True for what another execution can get past.
bool CanReexecute(ConflictKind kind);

//! Registers the setting.
void RegisterReexecution(duckdb::DatabaseInstance &db);

} // namespace merganser
