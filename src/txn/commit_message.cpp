#include "txn/commit_message.hpp"

namespace merganser {

namespace {

std::string Quoted(const std::string &operation) {
	return operation.empty() ? "an unnamed operation" : operation;
}

//! `WRITE, made from version 4, was not committed to lake.sales.orders`.
std::string NotCommitted(const CommitRequest &request) {
	auto origin = request.base ? "made from version " + std::to_string(request.base->version)
	                           : std::string("which makes a new table");
	auto operation = request.change.operation.empty() ? "WRITE" : request.change.operation;
	return operation + ", " + origin + ", was not committed to " + request.location.name + ": ";
}

const char *NextStep(ConflictKind kind) {
	switch (kind) {
	case ConflictKind::PROTOCOL_CHANGED:
	case ConflictKind::METADATA_CHANGED:
	case ConflictKind::DOMAIN_METADATA:
	case ConflictKind::CONCURRENT_APPEND:
	case ConflictKind::CONCURRENT_DELETE_READ:
	case ConflictKind::CONCURRENT_DELETE_DELETE:
		return "Run the statement again: it will start from the newest version.";
	case ConflictKind::CONCURRENT_TRANSACTION:
		return "Read the application's last transaction again: this one may have been committed already.";
	case ConflictKind::TABLE_EXISTS:
		return "Use CREATE OR REPLACE TABLE, CREATE TABLE IF NOT EXISTS or INSERT instead.";
	case ConflictKind::TABLE_DROPPED:
		return "Create the table again if it is still wanted.";
	}
	return "";
}

} // namespace

Conflict DescribeWinner(const Winner &winner) {
	Conflict conflict;
	conflict.winner_version = winner.version;
	for (auto &action : winner.actions) {
		if (auto info = std::get_if<CommitInfo>(&action)) {
			conflict.winner_operation = info->operation.value_or("");
			conflict.winner_engine = info->engine_info.value_or("");
		}
	}
	return conflict;
}

Conflict TableExists(const Winner &winner) {
	auto conflict = DescribeWinner(winner);
	conflict.kind = ConflictKind::TABLE_EXISTS;
	conflict.reason = "it made the table first";
	return conflict;
}

std::string ConflictMessage(const CommitRequest &request, const Conflict &conflict) {
	auto engine = conflict.winner_engine.empty() ? std::string() : " by " + conflict.winner_engine;
	return NotCommitted(request) + "version " + std::to_string(conflict.winner_version) + " (" +
	       Quoted(conflict.winner_operation) + engine + ") was first, and " + conflict.reason + ". " +
	       NextStep(conflict.kind);
}

std::string RejectedMessage(const CommitRequest &request, const std::string &reason) {
	return NotCommitted(request) + reason + ". The table was not changed.";
}

std::string NothingWrittenMessage(const CommitRequest &request, int64_t version, const std::string &problem) {
	return NotCommitted(request) + "version " + std::to_string(version) + " could not be written: " + problem +
	       ". The table was not changed by it; run the statement again when the store can be reached.";
}

std::string UnknownMessage(const CommitRequest &request, int64_t version, const std::string &txn_id,
                           const std::string &problem) {
	auto path = request.location.CommitPath(version);
	return "It is not known whether " + (request.change.operation.empty() ? "WRITE" : request.change.operation) +
	       " was committed to " + request.location.name + " as version " + std::to_string(version) + ": " + problem +
	       ". Look for txnId " + txn_id + " in " + path +
	       ": if it is there the change is committed, else run the statement again. The written data files were kept.";
}

} // namespace merganser
