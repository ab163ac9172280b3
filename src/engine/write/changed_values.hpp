#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/row_change_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace merganser {

//! Which values of one file an update makes others.
struct ChangedValues {
	//! Rows with one or more of them.
	DeletionVector rows;
	//! By index of the schema's field; only fields with a changed value.
	std::map<size_t, DeletionVector> by_field;
};

//! Compares the updates of these files (by FileIndexOf) with what the files hold; reads the columns that are set, and
//! those that constraints of these need. Files without a changed value are not in the result. `rows_max`: of each file
//! only so many updated rows are looked at, the first ones. Throws ConstraintException for a new value that the column
//! must not hold.
std::map<uint64_t, ChangedValues> FindChangedValues(duckdb::ClientContext &context, const RowChangePlan &plan,
                                                    ChangedRows &changes, const std::vector<uint64_t> &files,
                                                    size_t rows_max = SIZE_MAX);

//! The place of the field among `fields`, RowPatch::NOT_READ where it is not there.
size_t PlaceAmong(const std::vector<size_t> &fields, size_t field);
//! For each list of fields the places of its members among `fields`.
std::vector<std::vector<size_t>> PlacesAmong(const std::vector<size_t> &fields,
                                             const std::vector<std::vector<size_t>> &lists);

} // namespace merganser
