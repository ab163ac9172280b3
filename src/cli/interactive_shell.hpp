#pragma once

namespace merganser::cli {

class Session;

//! Reads statements from the terminal until Ctrl-D or `.quit`.
void RunInteractiveShell(Session &session);

} // namespace merganser::cli
