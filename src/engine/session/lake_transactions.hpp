#pragma once

#include "duckdb.hpp"
#include "duckdb/transaction/transaction_manager.hpp"
#include "engine/session/lake_transaction.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace merganser {

//! The transactions of one attached lake. Starting one does no I/O. Thread-safe.
class LakeTransactions : public duckdb::TransactionManager {
public:
	LakeTransactions(duckdb::AttachedDatabase &db, int64_t max_staleness_ms);
	~LakeTransactions() override;

	duckdb::Transaction &StartTransaction(duckdb::ClientContext &context) override;
	duckdb::ErrorData CommitTransaction(duckdb::ClientContext &context, duckdb::Transaction &transaction) override;
	void RollbackTransaction(duckdb::Transaction &transaction) override;
	//! CHECKPOINT lake: checkpoints are written as commits come; nothing to do.
	void Checkpoint(duckdb::ClientContext &context, bool force) override;

private:
	std::unique_ptr<LakeTransaction> Take(duckdb::Transaction &transaction);

	std::mutex lock;
	std::unordered_map<duckdb::Transaction *, std::unique_ptr<LakeTransaction>> active;
	int64_t max_staleness_ms;
};

} // namespace merganser
