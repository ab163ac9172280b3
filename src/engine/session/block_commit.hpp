#pragma once

#include "duckdb.hpp"
#include "duckdb/main/client_context_state.hpp"
#include "engine/session/lake_transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace merganser {

//! A change that a connection's BEGIN … COMMIT has made a version of.
struct BlockCommit {
	CommittedChange change;
	//! The attached database.
	std::string database;
};

//! Hands what a COMMIT of several statements has made to the plan of that COMMIT: the transaction itself is gone by
//! then. Lives with the connection, whose one statement at a time uses it.
class BlockCommitState : public duckdb::ClientContextState {
public:
	explicit BlockCommitState(int64_t now_ms);
	static BlockCommitState &Of(duckdb::ClientContext &context);
	//! What the connection's last transaction has committed in this way, once; nullopt where it is nothing.
	static std::optional<BlockCommit> Take(duckdb::ClientContext &context);

	//! The transaction has committed this. It has taken as long as its statements: what the client did between them is
	//! no work of ours.
	void Remember(BlockCommit commit, int64_t now_ms);

	void TransactionBegin(duckdb::MetaTransaction &transaction, duckdb::ClientContext &context) override;
	void QueryBegin(duckdb::ClientContext &context) override;
	void QueryEnd(duckdb::ClientContext &context) override;

private:
	std::optional<BlockCommit> last;
	int64_t query_began_ms;
	//! Of the transaction's statements before this one.
	int64_t busy_ms = 0;
};

} // namespace merganser
