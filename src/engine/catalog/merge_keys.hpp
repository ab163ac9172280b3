#pragma once

#include "duckdb.hpp"

namespace merganser {

//! A hook behind the binder: an UPDATE of MERGE does not set a column of our tables to the value that the ON condition
//! says it has, as `UPDATE SET *` does with every key. What is not set is neither gathered nor compared.
void RegisterMergeKeys(duckdb::DatabaseInstance &db);

} // namespace merganser
