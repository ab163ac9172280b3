#pragma once

#include "duckdb.hpp"
#include "engine/maintain/automatic_compaction.hpp"

namespace merganser {

//! After a statement's commit: VACUUM LITE, where it is due and paid for, of as many files as are paid for. Returns
//! whether it has done or tried anything. Throws nothing: what fails is left for a later statement. Requires: as
//! CompactAfter.
bool VacuumAfter(duckdb::ClientContext &context, const CommittedChange &committed) noexcept;

} // namespace merganser
