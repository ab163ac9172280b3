#pragma once

#include "duckdb.hpp"
#include "engine/write/file_patch.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! A new file, and the rows in it that the table has not.
struct FileWithDeletedRows {
	AddFile file;
	DeletionVector deleted;
};

//! What patching did.
struct PatchedFiles {
	uint64_t updated_rows = 0;
	//! In the new files, as they were.
	uint64_t copied_rows = 0;
	uint64_t files = 0;
	//! Those that want a deletion vector before they are added.
	std::vector<FileWithDeletedRows> with_deleted_rows;
};

//! Copy-on-write by bytes for the files where it pays (see FilePatch): adds old and new files to `change` and takes the
//! files out of `changes`, also those whose updates change nothing. What is left is for the sink. Requires: nobody else
//! wants to see the updated rows (RETURNING).
PatchedFiles PatchFiles(duckdb::ClientContext &context, LakeTransaction &transaction, const RowChangePlan &plan,
                        ChangedRows &changes, TableChange &change);

} // namespace merganser
