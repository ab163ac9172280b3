#pragma once

#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <cstdint>

namespace merganser {

//! Files and bytes, as Spark's RESTORE reports them.
struct RestoreCounts {
	uint64_t files_after = 0;
	uint64_t bytes_after = 0;
	uint64_t removed_files = 0;
	uint64_t removed_bytes = 0;
	uint64_t restored_files = 0;
	uint64_t restored_bytes = 0;
};

//! The change that makes the next version hold what `target`, an older version of the same table, held: its files,
//! schema, properties and domains. What tells later readers and writers how to deal with the log stays as it is: the
//! protocol (it only grows), in-commit timestamps, the largest column id, the marks of identity columns. Empty where
//! nothing differs. Throws
//! UNSUPPORTED where the mode of column mapping has changed since, INVALID_INPUT where `target` is a dropped table.
TableChange PlanRestore(const Snapshot &current, const Snapshot &target, int64_t now_ms, RestoreCounts &counts);

//! Throws NOT_FOUND when a file that the change adds, or the deletion vector of one, is not in the store (any more).
void CheckAddedFilesExist(const TableLocation &location, const TableChange &change);

} // namespace merganser
