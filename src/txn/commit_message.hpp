#pragma once

#include "txn/commit_loop.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! The winner's version, operation and engine, without kind and reason.
Conflict DescribeWinner(const Winner &winner);
//! Version 0 was taken by `winner`.
Conflict TableExists(const Winner &winner);

//! What the user reads: the table, both versions, who won, what happened and what to do next.
std::string ConflictMessage(const CommitRequest &request, const Conflict &conflict);
std::string RejectedMessage(const CommitRequest &request, const std::string &reason);
std::string NothingWrittenMessage(const CommitRequest &request, int64_t version, const std::string &problem);
std::string UnknownMessage(const CommitRequest &request, int64_t version, const std::string &txn_id,
                           const std::string &problem);

} // namespace merganser
