#pragma once

#include "duckdb.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! A table's version as a user wrote it: a whole number from 0, or its text. Throws BinderException naming `clause` for
//! anything else, NULL and fractions included.
int64_t VersionOfValue(const duckdb::Value &value, const std::string &clause);

} // namespace merganser
