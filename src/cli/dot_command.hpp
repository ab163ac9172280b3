#pragma once

#include <string>

namespace merganser::cli {

class Session;

//! Runs a line such as `.mode csv`. Throws when the command or its argument is unknown; false when a script that it
//! read ended with an error, which has been printed.
bool RunDotCommand(Session &session, const std::string &line);

} // namespace merganser::cli
