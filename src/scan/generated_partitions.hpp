#pragma once

#include "protocol/table_configuration.hpp"
#include "scan/predicate.hpp"

namespace merganser {

//! What `predicate` says of partition columns that are generated from the columns that it speaks of: true for every
//! file that has a row for which `predicate` is true. Says nothing (is false) of other files only, so that it is good
//! for leaving files out and for nothing else. UNKNOWN where there are no such columns.
PredicatePtr OnGeneratedPartitions(const Predicate &predicate, const TableConfiguration &configuration);

} // namespace merganser
