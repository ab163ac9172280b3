#include "engine/session/lake_transactions.hpp"

#include "duckdb/main/attached_database.hpp"
#include "engine/session/block_commit.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/table_upkeep.hpp"

namespace merganser {

LakeTransactions::LakeTransactions(duckdb::AttachedDatabase &db, int64_t max_staleness_ms)
    : TransactionManager(db), max_staleness_ms(max_staleness_ms) {
}

LakeTransactions::~LakeTransactions() = default;

duckdb::Transaction &LakeTransactions::StartTransaction(duckdb::ClientContext &context) {
	auto transaction = std::make_unique<LakeTransaction>(*this, context, max_staleness_ms);
	// From here on the time of its statements counts.
	BlockCommitState::Of(context);
	auto &result = *transaction;
	std::lock_guard<std::mutex> guard(lock);
	active.emplace(&result, std::move(transaction));
	return result;
}

std::unique_ptr<LakeTransaction> LakeTransactions::Take(duckdb::Transaction &transaction) {
	std::lock_guard<std::mutex> guard(lock);
	auto entry = active.find(&transaction);
	if (entry == active.end()) {
		return nullptr;
	}
	auto result = std::move(entry->second);
	active.erase(entry);
	return result;
}

duckdb::ErrorData LakeTransactions::CommitTransaction(duckdb::ClientContext &context,
                                                      duckdb::Transaction &transaction) {
	auto own = Take(transaction);
	if (!own) {
		return duckdb::ErrorData();
	}
	// A statement outside of BEGIN has committed before; the operators behind its commit look after its files.
	const bool was_committed = own->Committed().has_value();
	auto error = own->Commit(context);
	if (error.HasError() || !own->Committed()) {
		return error;
	}
	// Here, also for what a statement has committed itself: while an operator works, the client's thread spins.
	KeepUp(context, *own->Committed()->snapshot);
	if (!was_committed) {
		BlockCommitState::Of(context).Remember({*own->Committed(), db.GetName()},
		                                       LakeInstance::Get(context).GetClock().NowMs());
	}
	return error;
}

void LakeTransactions::RollbackTransaction(duckdb::Transaction &transaction) {
	auto own = Take(transaction);
	if (own) {
		own->Rollback();
	}
}

void LakeTransactions::Checkpoint(duckdb::ClientContext &context, bool force) {
	(void)context;
	(void)force;
}

} // namespace merganser
