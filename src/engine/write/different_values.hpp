#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Sets the booleans of `differs` to whether a value becomes another one. Unlike SQL's IS DISTINCT FROM it tells -0.0
//! from 0.0, and one way to hold a VARIANT or a NaN from another: what is written for nothing does no harm. Flattens
//! floats and what holds some.
void FindDifferent(duckdb::Vector &old_values, duckdb::Vector &values, duckdb::Vector &differs, idx_t count);

} // namespace merganser
