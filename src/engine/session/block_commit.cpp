#include "engine/session/block_commit.hpp"

#include "duckdb/main/client_context.hpp"
#include "engine/session/lake_instance.hpp"

#include <utility>

namespace merganser {

namespace {

constexpr const char *STATE_NAME = "merganser_block_commit";

} // namespace

BlockCommitState::BlockCommitState(int64_t now_ms) : query_began_ms(now_ms) {
}

BlockCommitState &BlockCommitState::Of(duckdb::ClientContext &context) {
	return *context.registered_state->GetOrCreate<BlockCommitState>(STATE_NAME,
	                                                                LakeInstance::Get(context).GetClock().NowMs());
}

void BlockCommitState::Remember(BlockCommit commit, int64_t now_ms) {
	commit.change.elapsed_ms = busy_ms + now_ms - query_began_ms;
	last = std::move(commit);
}

std::optional<BlockCommit> BlockCommitState::Take(duckdb::ClientContext &context) {
	const auto state = context.registered_state->Get<BlockCommitState>(STATE_NAME);
	return state ? std::exchange(state->last, std::nullopt) : std::nullopt;
}

void BlockCommitState::TransactionBegin(duckdb::MetaTransaction &, duckdb::ClientContext &) {
	last.reset();
	busy_ms = 0;
}

void BlockCommitState::QueryBegin(duckdb::ClientContext &context) {
	query_began_ms = LakeInstance::Get(context).GetClock().NowMs();
}

void BlockCommitState::QueryEnd(duckdb::ClientContext &context) {
	busy_ms += LakeInstance::Get(context).GetClock().NowMs() - query_began_ms;
}

} // namespace merganser
