#pragma once

#include "duckdb.hpp"
#include "engine/maintain/work_progress.hpp"
#include "log/snapshot.hpp"
#include "upkeep/optimize_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! What `CALL merganser_optimize` was asked for.
struct OptimizeRequest {
	TableLocation location;
	//! SQL text of a condition on partition columns; empty: all.
	std::string where;
	//! Logical names; empty: rows are not clustered.
	std::vector<std::string> cluster_by;
	//! Else as the table says.
	std::optional<uint64_t> target_file_size_bytes;
	//! Every file with deleted rows is written anew.
	bool purge = false;
	//! Nobody asked for it.
	bool is_automatic = false;
};

//! The schema columns of these names. Throws BinderException for names that are none, partition columns, columns that
//! have no order or no statistics could be kept of, and for names that stand twice.
std::vector<size_t> ClusterColumnsOf(const Snapshot &snapshot, const std::vector<std::string> &names);

//! Writes what is better written anew, in batches of a commit each: what is committed stays when a later one fails or
//! the query is interrupted. A batch that another writer's change of the same files was in the way of is planned anew.
//! Files that come meanwhile are left alone. Requires: the query is being executed, outside of BEGIN.
OptimizeCounts RunOptimize(duckdb::ClientContext &context, duckdb::Catalog &catalog, const OptimizeRequest &request,
                           WorkProgress &progress);

//! Registers the setting merganser_optimize_commit_size.
void RegisterOptimize(duckdb::DatabaseInstance &db);

} // namespace merganser
