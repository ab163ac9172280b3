#pragma once

#include "protocol/table_configuration.hpp"

#include <optional>
#include <string>

namespace merganser {

//! Why rows of files that were written for `older` cannot be told in the columns of `newer`, for people: a column is
//! no longer there, has a type that does not hold the older one's values, or other columns are the partition columns.
//! Columns are compared by their physical names, so that one that was renamed is the same. nullopt when they can.
std::optional<std::string> FindColumnThatDiffers(const TableConfiguration &older, const TableConfiguration &newer);

} // namespace merganser
