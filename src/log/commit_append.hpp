#pragma once

#include "log/table_location.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! The text of a commit file: commitInfo first, one action a line.
std::string EncodeCommit(const std::vector<Action> &actions);
//! Puts `version`'s commit file if absent.
PutOutcome AppendCommit(const TableLocation &location, int64_t version, const std::string &text);
//! The actions of one commit file. Throws NOT_FOUND, CORRUPT.
std::vector<Action> ReadCommit(const TableLocation &location, int64_t version);

} // namespace merganser
