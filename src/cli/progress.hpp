#pragma once

namespace duckdb {
class ClientContext;
} // namespace duckdb

namespace merganser::cli {

//! Shows a progress bar on standard error while a statement of this connection runs for longer than `delay_ms`. The
//! bar is wiped away when the statement ends. Does nothing when standard error is not a terminal.
void ShowProgress(duckdb::ClientContext &context, int delay_ms);

} // namespace merganser::cli
