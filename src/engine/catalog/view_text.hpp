#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"
#include "engine/catalog/lake_schema.hpp"

#include <string>

namespace merganser {

//! The statement that creates the view again: `CREATE VIEW "name" AS SELECT …`, with the tables that it means now,
//! whatever the session's search path is later: those of its own schema by their name, those of the catalog's other
//! schemas by schema and name (the folder may be attached under another name), those of other databases in full.
std::string ViewText(duckdb::ClientContext &context, const duckdb::CreateViewInfo &info, LakeSchema &schema,
                     const std::string &view_name);

} // namespace merganser
