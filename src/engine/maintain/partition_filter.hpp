#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/expression.hpp"
#include "maintain/file_partitions.hpp"

#include <string>
#include <vector>

namespace merganser {

//! A condition on the partition columns of a table, as SQL text. Bound to one snapshot's schema.
class PartitionFilter {
public:
	//! Throws BinderException for what is no condition, or looks at other columns than the partition's. `function`: for
	//! messages.
	PartitionFilter(duckdb::ClientContext &context, const std::string &function, const Snapshot &snapshot,
	                const std::string &text);

	//! By number: the partitions for which it is true. Requires: a snapshot with the schema it was bound to. Throws
	//! CORRUPT for partition values that are not of their column's type.
	std::vector<bool> Choose(duckdb::ClientContext &context, const Snapshot &snapshot,
	                         const FilePartitions &partitions) const;

private:
	//! On a chunk of the partition columns.
	duckdb::unique_ptr<duckdb::Expression> condition;
	duckdb::vector<duckdb::LogicalType> types;
};

} // namespace merganser
