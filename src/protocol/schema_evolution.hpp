#pragma once

#include "protocol/altered_table.hpp"

#include <string>
#include <vector>

namespace merganser {

//! The table with what a source of rows has and it has not: columns, and fields of structs at any depth (not in keys of
//! maps), each the last in its place and nullable. Where the table has type widening, types that are wider in the
//! source are taken over too, but for integers that would become decimals or doubles, partition columns, and columns
//! that constraints and generated columns use: those keep theirs. Names are matched without regard to case. A field of
//! the source without type (nullptr) is one that the table has, and changes nothing. Throws what FinishEdit throws.
AlteredTable EvolveTable(const AlteredFrom &from, const std::vector<StructField> &source);

} // namespace merganser
