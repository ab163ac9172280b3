#pragma once

#include "txn/commit_loop.hpp"

namespace merganser {

//! ALTER TABLE … RENAME TO: gives the table's folder another name, at once and for everybody; no version is made. Both
//! locks that commits, creations and clean-ups take are held meanwhile, so that a commit is either in the folder
//! before it is renamed, or finds the table gone. Throws UNSUPPORTED for stores without folders or locks, and for
//! tables whose log names files of the folder by absolute paths; INVALID_INPUT where a shallow clone needs files of the
//! folder; NOT_FOUND when the table was dropped since; ALREADY_EXISTS when there is something of the new name. The
//! markers of a shallow clone follow it.
void RenameTableFolder(const Snapshot &base, const TableLocation &target, CommitEnvironment environment);

} // namespace merganser
