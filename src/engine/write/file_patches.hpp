#pragma once

#include "duckdb.hpp"
#include "engine/write/file_patch.hpp"

#include <cstdint>

namespace merganser {

//! What patching did.
struct PatchCounts {
	uint64_t updated_rows = 0;
	//! In the new files, as they were.
	uint64_t copied_rows = 0;
	uint64_t files = 0;
};

//! Copy-on-write by bytes for the files where it pays (see FilePatch): adds old and new files to `change` and takes the
//! files out of `changes`, also those whose updates change nothing. What is left is for the sink. Requires: nobody else
//! wants to see the updated rows (RETURNING).
PatchCounts PatchFiles(duckdb::ClientContext &context, LakeTransaction &transaction, const RowChangePlan &plan,
                       ChangedRows &changes, TableChange &change);

//! Setting `merganser_byte_copy_min_file_size`: smaller files are written anew, together.
void RegisterFilePatches(duckdb::DatabaseInstance &db);

} // namespace merganser
