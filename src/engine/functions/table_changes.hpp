#pragma once

#include "duckdb.hpp"
#include "duckdb/function/function_set.hpp"

namespace merganser {

//! `table_changes('lake.s.t', from [, to])`: the rows that versions of a table changed, with `_change_type`,
//! `_commit_version` and `_commit_timestamp`. A number is a version, a timestamp stands for the versions from or up to
//! then; both ends belong to the range.
duckdb::TableFunctionSet MakeTableChanges();

} // namespace merganser
