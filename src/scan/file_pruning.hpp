#pragma once

#include "log/snapshot.hpp"
#include "scan/predicate.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The files that may hold a matching row.
struct FileSelection {
	std::vector<FileRef> files;
	uint64_t total_files = 0;
	uint64_t pruned_by_partition = 0;
	uint64_t pruned_by_statistics = 0;
	//! Parallel to `files`: 1 where every row of the file is known to match the predicate.
	std::vector<uint8_t> all_rows_match;
};

//! Every live file.
FileSelection SelectAllFiles(const FileList &files);
//! Never leaves out a file with a matching row: missing, partial, wide or unparsable statistics keep the file
//! (PROTOCOL.md, "Per-file Statistics"). Loads only the statistics of the leaves that the predicate names.
FileSelection PruneFiles(const FileList &files, const TableConfiguration &configuration, const Predicate &predicate);
//! Narrows an earlier selection (the join's dynamic filters).
FileSelection PruneSelection(const FileList &files, const TableConfiguration &configuration,
                             const FileSelection &selection, const Predicate &predicate);
//! The same test for one file that is not in a list (the winner's added files in the conflict check).
bool FileMayMatch(const AddFile &file, const TableConfiguration &configuration, const Predicate &predicate);

} // namespace merganser
