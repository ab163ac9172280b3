#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"

#include <string>

namespace merganser {

//! The statement that creates the view again: `CREATE VIEW "name" AS SELECT …`, with references to this catalog's own
//! tables freed of the catalog's name, so that the view works whatever name the folder is attached under.
std::string ViewText(const duckdb::CreateViewInfo &info, const std::string &catalog_name, bool schema_has_that_name,
                     const std::string &view_name);

} // namespace merganser
