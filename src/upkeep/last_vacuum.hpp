#pragma once

#include "log/table_location.hpp"

#include <cstdint>
#include <optional>

namespace merganser {

//! How far the log has been followed for files that may go: `_delta_log/_last_vacuum_info`, which delta-spark reads and
//! writes too, names a version: what its commit and those before it removed has been deleted. It is a hint: where it is
//! wrong, files stay that a VACUUM of the whole folder finds, or are looked for again.

//! When it was written, by one small call. nullopt where there is none.
std::optional<int64_t> TimeOfLastVacuum(const TableLocation &location);
//! nullopt where there is none, or one that makes no sense, as one that is ahead of the `newest` version of the table.
std::optional<int64_t> TryReadLastVacuum(const TableLocation &location, int64_t newest);
//! Throws what the store throws.
void WriteLastVacuum(const TableLocation &location, int64_t version);

} // namespace merganser
