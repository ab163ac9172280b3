#pragma once

#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `CALL merganser_set_txn(app_id, version)`: what the transaction writes is load `version` of the application, and
//! COMMIT leaves it out where the table has that load already. Source: PROTOCOL.md, "Transaction Identifiers".
duckdb::TableFunction MakeSetTxn();

//! `merganser_transactions(table)`: the newest load of each application.
duckdb::TableFunction MakeTransactions();

} // namespace merganser
