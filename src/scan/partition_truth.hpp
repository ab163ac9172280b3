#pragma once

#include "scan/bound_predicate.hpp"
#include "scan/truth_mask.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! The mask of a PARTITION node for each entry of the column's dictionary: exactly one bit where the value can be read,
//! else TRUTH_ANY.
std::vector<TruthMask> PartitionTruth(const BoundPredicate &node,
                                      const std::vector<std::optional<std::string>> &dictionary);

} // namespace merganser
