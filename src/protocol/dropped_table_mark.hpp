#pragma once

#include "protocol/actions.hpp"

namespace merganser {

//! Table property that DROP TABLE sets to `true`: from that commit on there is no such table.
inline constexpr const char *DROPPED_PROPERTY = "merganser.dropped";
//! duckrun drops a table by replacing it with one that has this column only.
inline constexpr const char *DUCKRUN_TOMBSTONE_COLUMN = "__duckrun_deleted__";

//! True when the metadata says that the table was dropped, in either way.
bool IsDropped(const Metadata &metadata);

} // namespace merganser
