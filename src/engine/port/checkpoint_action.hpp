#pragma once

#include "duckdb.hpp"
#include "protocol/actions.hpp"

#include <string>

namespace merganser {

//! The action in a checkpoint's column of that name (`remove`, `protocol`, `metaData`, …). Throws CORRUPT when a
//! required field is missing.
Action CheckpointActionOf(const std::string &column, const duckdb::Value &value);

} // namespace merganser
