#include "engine/session/reexecution.hpp"

#include "base/limits.hpp"
#include "duckdb/catalog/catalog_search_path.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/client_data.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/main/materialized_query_result.hpp"
#include "duckdb/main/pending_query_result.hpp"
#include "duckdb/main/prepared_statement.hpp"
#include "duckdb/parser/parser.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "txn/commit_slot.hpp"

namespace merganser {

namespace {

constexpr const char *REEXECUTIONS_SETTING = "merganser_reexecutions";
//! Losers that meet again and again take turns from here on.
constexpr uint64_t REEXECUTIONS_WITHOUT_TURN = 2;

uint64_t ReexecutionsMax(duckdb::ClientContext &context) {
	duckdb::Value setting;
	if (!context.TryGetCurrentSetting(REEXECUTIONS_SETTING, setting) || setting.IsNull()) {
		return limits::REEXECUTIONS_DEFAULT;
	}
	return setting.GetValue<uint64_t>();
}

//! A connection that sees what the caller's sees.
class InnerConnection {
public:
	explicit InnerConnection(duckdb::ClientContext &outer_p) : outer(outer_p), connection(*outer.db) {
		auto &inner = *connection.context;
		inner.config = outer.config;
		inner.config.get_result_collector = nullptr;
		auto &outer_data = duckdb::ClientData::Get(outer);
		auto &inner_data = duckdb::ClientData::Get(inner);
		own_temporary_objects = inner_data.temporary_objects;
		inner_data.temporary_objects = outer_data.temporary_objects;
		inner_data.prepared_statements = outer_data.prepared_statements;
		inner_data.catalog_search_path->Set(outer_data.catalog_search_path->GetSetPaths(),
		                                    duckdb::CatalogSetPathType::SET_DIRECTLY);
		State().is_inner = true;
	}
	~InnerConnection() {
		// Goes with the connection that made it.
		duckdb::ClientData::Get(*connection.context).temporary_objects = own_temporary_objects;
	}
	InnerConnection(const InnerConnection &) = delete;
	InnerConnection &operator=(const InnerConnection &) = delete;

	ReexecutionState &State() {
		return ReexecutionState::Of(*connection.context);
	}

	//! The result, or one with an error; nullptr where the text is not one statement that this connection can
	//! bind to the same columns.
	duckdb::unique_ptr<duckdb::QueryResult> Run(const StatementText &text) {
		duckdb::Parser parser(outer.GetParserOptions());
		parser.ParseQuery(text.query);
		if (parser.statements.size() != 1) {
			return nullptr;
		}
		auto prepared = connection.Prepare(std::move(parser.statements[0]));
		if (prepared->HasError()) {
			return nullptr;
		}
		const auto properties = prepared->GetStatementProperties();
		if (properties.modified_databases.count(text.database) == 0) {
			// Whatever the text is, it is not the statement that lost.
			return nullptr;
		}
		const bool returns_rows = properties.return_type == duckdb::StatementReturnType::QUERY_RESULT;
		if (returns_rows && prepared->GetTypes() != text.types) {
			// The client was told of other columns.
			return nullptr;
		}
		auto parameters = text.parameters;
		for (auto entry = parameters.begin(); entry != parameters.end();) {
			// EXECUTE shows the parameters of what it executes.
			entry = prepared->named_param_map.count(entry->first) ? std::next(entry) : parameters.erase(entry);
		}
		auto pending = prepared->PendingQuery(parameters, false);
		while (!pending->HasError() && !duckdb::PendingQueryResult::IsResultReady(pending->ExecuteTask())) {
			if (outer.IsInterrupted()) {
				connection.Interrupt();
			}
		}
		if (pending->HasError()) {
			return duckdb::make_uniq<duckdb::MaterializedQueryResult>(pending->GetErrorObject());
		}
		return pending->Execute();
	}

private:
	duckdb::ClientContext &outer;
	duckdb::Connection connection;
	duckdb::shared_ptr<duckdb::AttachedDatabase> own_temporary_objects;
};

} // namespace

ReexecutionState &ReexecutionState::Of(duckdb::ClientContext &context) {
	return *context.registered_state->GetOrCreate<ReexecutionState>("merganser_reexecution");
}

bool CanReexecute(ConflictKind kind) {
	switch (kind) {
	case ConflictKind::PROTOCOL_CHANGED:
	case ConflictKind::METADATA_CHANGED:
	case ConflictKind::DOMAIN_METADATA:
	case ConflictKind::CONCURRENT_APPEND:
	case ConflictKind::CONCURRENT_DELETE_READ:
	case ConflictKind::CONCURRENT_DELETE_DELETE:
		return true;
	case ConflictKind::CONCURRENT_TRANSACTION:
	case ConflictKind::TABLE_EXISTS:
	case ConflictKind::TABLE_DROPPED:
		return false;
	}
	return false;
}

duckdb::unique_ptr<duckdb::ColumnDataCollection> Reexecute(duckdb::ClientContext &context,
                                                           const StatementText &statement, const TableLocation &table,
                                                           const duckdb::ErrorData &conflict) {
	auto &instance = LakeInstance::Get(context);
	const auto attempts_max = ReexecutionsMax(context);
	const auto deadline_ms = instance.GetClock().NowMs() + limits::REEXECUTION_DEADLINE_MS;
	Backoff backoff(instance.GetClock(), instance.GetRandom());
	auto last = conflict;
	for (uint64_t attempt = 0; attempt < attempts_max; attempt++) {
		if (context.IsInterrupted()) {
			throw duckdb::InterruptException();
		}
		if (attempt > 0 && instance.GetClock().NowMs() > deadline_ms) {
			break;
		}
		std::unique_ptr<StoreLock> turn;
		if (attempt >= REEXECUTIONS_WITHOUT_TURN && !statement.may_create) {
			turn = AtBorder([&] { return table.store->LockFolder(table.LogFolder(), LockMode::EXCLUSIVE); });
		}
		if (!turn) {
			backoff.Pause();
		}
		InnerConnection inner(context);
		inner.State().has_turn = turn != nullptr;
		auto result = inner.Run(statement);
		if (!result) {
			conflict.Throw();
		}
		if (!result->HasError()) {
			return result->Cast<duckdb::MaterializedQueryResult>().TakeCollection();
		}
		last = result->GetErrorObject();
		const auto lost_to = inner.State().lost_to;
		if (!lost_to || !CanReexecute(*lost_to)) {
			break;
		}
	}
	last.Throw();
}

void RegisterReexecution(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    REEXECUTIONS_SETTING,
	    "how often a statement outside of BEGIN … COMMIT is run again when another writer's commit was first; 0: never",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(limits::REEXECUTIONS_DEFAULT));
}

} // namespace merganser
