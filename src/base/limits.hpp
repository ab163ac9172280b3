#pragma once

#include <cstddef>
#include <cstdint>

namespace merganser {

//! Bounds of loops, queues and retries. Each has one home: here.
namespace limits {

//! Rebase attempts of one commit before CONFLICT is reported.
constexpr uint32_t COMMIT_ATTEMPTS_MAX = 1000;
//! Times that a slot whose state is unknown is read or written again before UNKNOWN is reported.
constexpr uint32_t SETTLE_ATTEMPTS_MAX = 20;
//! Times in a row that the store may say that it wrote nothing (disk full) before the commit is REJECTED.
constexpr uint32_t REFUSED_PUTS_MAX = 3;
//! First and longest pause between commit attempts (jittered, doubled).
constexpr int64_t COMMIT_BACKOFF_FIRST_MS = 2;
constexpr int64_t COMMIT_BACKOFF_MAX_MS = 1000;
//! Times that a statement is run again when another writer's commit was first, and for how long this goes on.
constexpr uint64_t REEXECUTIONS_DEFAULT = 10;
constexpr int64_t REEXECUTION_DEADLINE_MS = 300000;
//! Nesting of JSON that is accepted in the log.
constexpr size_t JSON_DEPTH_MAX = 256;
//! One commit file, and one JSON checkpoint.
constexpr uint64_t COMMIT_BYTES_MAX = 2ull << 30;
//! Characters of a string minimum or maximum in written statistics (PROTOCOL.md, "Per-file Statistics"; Spark uses 32).
constexpr size_t STATISTICS_STRING_CHARS_MAX = 32;

} // namespace limits
} // namespace merganser
