#pragma once

#include "parquet_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! A leaf of a schema, with what the levels of its values count.
struct SchemaLeaf {
	std::vector<std::string> path;
	duckdb_parquet::SchemaElement element;
	//! Elements on the way that may be NULL or are repeated; those that are repeated.
	uint32_t definition_max = 0;
	uint32_t repetition_max = 0;
};

//! In the order of the column chunks. Requires: a schema that is a tree (TopLevelColumns).
std::vector<SchemaLeaf> LeavesOfSchema(const duckdb_parquet::FileMetaData &footer);

} // namespace merganser
