#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/row_change_plan.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! Whether any file of the table can be patched (see FilePatch): not where others want to see the rows, and not where
//! rows have versions of their own.
bool CanPatch(const TableConfiguration &configuration);
//! Whether it is large enough. With copy-on-write, files with a deletion vector are written anew.
bool MayBePatched(duckdb::ClientContext &context, const Snapshot &snapshot, uint64_t file_index);
//! Whether these updates are most rows of the part of the file that they are in: with deletion vectors it is only then
//! better to patch a file.
bool IsMostOf(const Snapshot &snapshot, uint64_t file_index, const std::vector<UpdatedRow> &updated);

//! The files (by FileIndexOf) that are patched. Copy-on-write patches what is large enough; with deletion vectors it
//! has to be a file most of whose rows get new values in a few columns: changed rows are else written anew with all
//! their columns, and the old ones stay behind a vector, where a patched file holds its deleted rows on.
std::vector<uint64_t> ChooseForPatch(duckdb::ClientContext &context, const RowChangePlan &plan, ChangedRows &changes);

//! Setting `merganser_byte_copy_min_file_size`: smaller files are written anew, together.
void RegisterPatchChoice(duckdb::DatabaseInstance &db);

} // namespace merganser
