#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"

namespace merganser {

//! After a commit, whose version `newest` is: writes a checkpoint where one is due, and then cleans up the log, once a
//! day. Never fails: the version is durable, and the next commit tries again.
void KeepUp(duckdb::ClientContext &context, const Snapshot &newest) noexcept;

} // namespace merganser
