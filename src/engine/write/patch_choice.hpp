#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/changed_values.hpp"
#include "engine/write/row_change_plan.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The files (by FileIndexOf) whose updates are compared with what they hold, to be patched (see FilePatch).
//! Copy-on-write patches what is large enough; with deletion vectors it is only better for a file most of whose rows
//! get new values in a few columns, which some of its rows tell.
std::vector<uint64_t> ChooseForPatch(duckdb::ClientContext &context, const RowChangePlan &plan, ChangedRows &changes);

//! Whether that is so, now that all of the file's values are compared: with a vector, changed rows are written anew
//! with all their columns, and the old ones stay behind it; a patched file holds its deleted rows on.
bool PatchPays(const RowChangePlan &plan, uint64_t file_index, const FileChange &change, const ChangedValues &values);

//! Setting `merganser_byte_copy_min_file_size`: smaller files are written anew, together.
void RegisterPatchChoice(duckdb::DatabaseInstance &db);

} // namespace merganser
