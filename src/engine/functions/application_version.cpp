#include "engine/functions/application_version.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/database_manager.hpp"
#include "engine/functions/changing_function.hpp"
#include "engine/functions/row_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_transaction.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *SET_TXN = "merganser_set_txn";

struct SetTxnCall : public ChangingCall {
	SetTransaction application;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &) const override {
		if (context.transaction.IsAutoCommit()) {
			throw duckdb::TransactionException("%s: outside of BEGIN it would be over before anything is written. "
			                                   "BEGIN first, then write, then COMMIT",
			                                   SET_TXN);
		}
		// The transaction writes one table, of whichever of them.
		for (auto &database : duckdb::DatabaseManager::Get(context).GetDatabases(context)) {
			if (database->GetCatalog().GetCatalogType() == LAKE_TYPE) {
				LakeTransaction::Get(context, database->GetCatalog()).SetApplication(application);
			}
		}
		return {{Value(application.app_id), Value::BIGINT(application.version)}};
	}
};

duckdb::unique_ptr<duckdb::FunctionData> BindSetTxn(duckdb::ClientContext &, duckdb::TableFunctionBindInput &input,
                                                    duckdb::vector<LogicalType> &types,
                                                    duckdb::vector<std::string> &names) {
	const auto &app_id = input.inputs[0];
	const auto &version = input.inputs[1];
	if (app_id.IsNull() || app_id.ToString().empty() || version.IsNull()) {
		throw duckdb::BinderException("%s needs the name of an application and the version of its load, as in "
		                              "CALL %s('nightly-orders', 42)",
		                              SET_TXN, SET_TXN);
	}
	auto call = duckdb::make_uniq<SetTxnCall>();
	call->application.app_id = app_id.ToString();
	call->application.version = version.GetValue<int64_t>();
	names = {"app_id", "version"};
	types = {LogicalType::VARCHAR, LogicalType::BIGINT};
	return call;
}

RowSet Transactions(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input) {
	const auto snapshot = ResolveTable(context, "merganser_transactions", input.inputs[0]).snapshot;
	RowSet rows;
	rows.AddColumn("app_id", LogicalType::VARCHAR);
	rows.AddColumn("version", LogicalType::BIGINT);
	rows.AddColumn("last_updated", LogicalType::TIMESTAMP_TZ);
	for (const auto &[app_id, application] : snapshot->transactions) {
		rows.rows.push_back(
		    {Value(app_id), Value::BIGINT(application.version),
		     application.last_updated ? TimestampValue(*application.last_updated) : Value(LogicalType::TIMESTAMP_TZ)});
	}
	return rows;
}

} // namespace

duckdb::TableFunction MakeSetTxn() {
	return MakeChangingFunction(SET_TXN, {LogicalType::VARCHAR, LogicalType::BIGINT}, BindSetTxn);
}

duckdb::TableFunction MakeTransactions() {
	return MakeRowFunction<Transactions>("merganser_transactions", {LogicalType::VARCHAR});
}

} // namespace merganser
