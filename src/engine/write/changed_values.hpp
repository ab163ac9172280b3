#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/write_spec.hpp"
#include "log/snapshot.hpp"

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
//! those that constraints of these need. `set_columns`: for each updating action indexes of the schema's fields. Files
//! without a changed value are not in the result. Throws ConstraintException for a new value that the column must not
//! hold.
std::map<uint64_t, ChangedValues> FindChangedValues(duckdb::ClientContext &context, const SnapshotPtr &snapshot,
                                                    const std::vector<std::vector<size_t>> &set_columns,
                                                    ChangedRows &changes, const std::vector<uint64_t> &files);

//! The place of the field among `fields`, RowPatch::NOT_READ where it is not there.
size_t PlaceAmong(const std::vector<size_t> &fields, size_t field);
//! For each list of fields the places of its members among `fields`.
std::vector<std::vector<size_t>> PlacesAmong(const std::vector<size_t> &fields,
                                             const std::vector<std::vector<size_t>> &lists);

} // namespace merganser
