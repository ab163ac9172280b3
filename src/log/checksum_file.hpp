#pragma once

#include "log/snapshot.hpp"

#include <optional>
#include <string>

namespace merganser {

//! PROTOCOL.md, "Version Checksum File". To be called after the commit is durable; never throws, never replaces a file:
//! a table is whole without it. `txn_id` is the commit's.
void WriteChecksum(const Snapshot &snapshot, const std::optional<std::string> &txn_id) noexcept;

//! The text that WriteChecksum writes.
std::string EncodeChecksum(const Snapshot &snapshot, const std::optional<std::string> &txn_id);

//! What the version's checksum file says against the snapshot; nullopt when they agree or there is no such file.
//! Throws CORRUPT when the file is not a checksum.
std::optional<std::string> FindChecksumMismatch(const Snapshot &snapshot);

} // namespace merganser
