#pragma once

#include "protocol/actions.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace merganser {

//! Parses the lines of a commit file, JSON checkpoint or compacted log file (PROTOCOL.md, "Delta Log Entries").
//! Calls `consume` for each action in order. Unknown actions and unknown fields are skipped (the protocol's table
//! features gate meaning); empty lines are allowed. Throws CORRUPT naming `source` (a path, for the message) and the
//! line number when a line is not a JSON object, is cut short, is nested deeper than limits::JSON_DEPTH_MAX or lacks a
//! required field.
void ParseActions(std::string_view text, const std::string &source, const std::function<void(Action &&)> &consume);

//! One line of JSON without the newline, as Spark writes it. ParseActions(WriteAction(a)) == a.
std::string WriteAction(const Action &action);

} // namespace merganser
