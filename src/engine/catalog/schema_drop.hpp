#pragma once

#include "duckdb.hpp"
#include "engine/catalog/lake_schema.hpp"

namespace merganser {

//! DROP SCHEMA: every table is dropped by a commit of its own, then the views and the folder go. Without `cascade` a
//! schema that is not empty is refused. Not inside BEGIN … COMMIT, as it is not one commit.
void DropLakeSchema(duckdb::ClientContext &context, LakeSchema &schema, bool cascade);

} // namespace merganser
