#pragma once

#include "log/snapshot.hpp"
#include "protocol/actions.hpp"
#include "protocol/table_configuration.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! The domain in which a table with row tracking keeps the highest row id that was given out. Concurrent commits both
//! write it by design: every attempt counts on from the version before it, so that it is never a conflict.
bool IsRowTracking(const DomainMetadata &domain);

//! Row ids are given out by numbers of records: why the change cannot get any under `configuration`, naming the file;
//! nullopt where it can, or needs none.
std::optional<std::string> MissingRowCount(const TableConfiguration &configuration, const TableChange &change);

//! PROTOCOL.md, "Writer Requirements for Row Tracking": a version with delta.enableRowTracking = true has ids for all
//! of its files. Where the change turns it on over `base`, live files without ids are added again, so that the commit
//! gives them some (their data stays). Requires: `base` has no changes of an open transaction.
void BackfillRowIds(const Snapshot &base, TableChange &change);

//! Why the version would have files without ids, naming the first; nullopt where it has none, or need not.
std::optional<std::string> MissingRowIds(const TableConfiguration &configuration, const Snapshot &base,
                                         const TableChange &change);

//! PROTOCOL.md, "Writer Requirements for Row Tracking": gives files that have none their first row id, above the
//! high-water mark of `previous` (nullptr: a new table), and `version`, and moves the mark. A file that was in the
//! table keeps what it had. Where row tracking is suspended, files lose both; where it is not supported, nothing
//! happens. Requires: no MissingRowCount. Throws CORRUPT for a mark that cannot be read.
void AssignRowIds(const TableConfiguration &configuration, const Snapshot *previous, int64_t version,
                  std::vector<Action> &actions);

} // namespace merganser
