#pragma once

#include "log/snapshot.hpp"

#include <vector>

namespace merganser {

//! Physical paths of the columns that the table's rows are clustered by; none for other tables. Throws CORRUPT.
std::vector<ColumnPath> ClusteringColumnsOf(const Snapshot &snapshot);

} // namespace merganser
