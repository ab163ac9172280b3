#pragma once

#include "log/snapshot.hpp"

#include <cstdint>
#include <functional>

namespace merganser {

//! Calls `visit` for every `remove` in the files that give the version, those that later commits undid too: of the
//! checkpoint (as long as checkpoints remember removed files) and of the commits after it. In no order; one call at a
//! time. Throws what LoadSnapshot throws.
void ForEachTombstone(const TableLocation &location, LogContext context, int64_t version,
                      const std::function<void(const RemoveFile &)> &visit);

} // namespace merganser
