#pragma once

#include "duckdb.hpp"
#include "engine/catalog/lake_schema.hpp"
#include "engine/catalog/lake_table.hpp"

#include <string>

namespace merganser {

//! ALTER TABLE … RENAME TO, at once. Throws CatalogException when the name is taken by a table or a view,
//! BinderException where one table is attached, NotImplementedException inside of BEGIN (a folder's name is not rolled
//! back), InvalidInputException for a name that no folder can have, and what RenameTableFolder throws.
void RenameTable(duckdb::ClientContext &context, LakeSchema &schema, const LakeTable &table,
                 const std::string &new_name);

} // namespace merganser
