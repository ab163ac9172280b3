#pragma once

#include "duckdb.hpp"
#include "engine/catalog/lake_schema.hpp"

#include <string>

namespace merganser {

//! What to do with a view whose file is damaged.
enum class DamagedViewRule {
	//! IOException that names view, file and next step.
	REFUSE,
	//! An entry that has the problem as its comment, and fails with it when it is read: for listings and DROP VIEW.
	SHOW
};

//! The entry of a stored view, nullptr when there is none of that name (without regard to case). Kept by the current
//! transaction, so that a second lookup gives the same entry.
duckdb::optional_ptr<duckdb::CatalogEntry> ViewEntry(duckdb::ClientContext &context, LakeSchema &schema,
                                                     const std::string &name, DamagedViewRule rule);

} // namespace merganser
