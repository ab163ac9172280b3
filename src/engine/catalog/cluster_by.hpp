#pragma once

#include "duckdb.hpp"
#include "protocol/clustering.hpp"
#include "txn/table_change.hpp"

#include <optional>
#include <vector>

namespace merganser {

//! The columns that `merganser.clusterBy` names among the options of `clause` (WITH, SET), nullopt where it is not
//! among them; empty: none. Throws BinderException for a value that is no text.
std::optional<std::vector<ColumnPath>>
ClusterByOption(duckdb::ClientContext &context, const std::string &clause,
                const duckdb::case_insensitive_map_t<duckdb::unique_ptr<duckdb::ParsedExpression>> &options);

//! ALTER TABLE … CLUSTER BY: the protocol and the metadata domain. Empty when the table is like that already.
TableChange PlanClusterBy(const AlteredFrom &from, const std::vector<ColumnPath> &columns);

//! The same for a table that is made by `change`. Requires: it has metadata. `current`: of the table that it replaces.
void AddClustering(const std::string &table_name, const std::optional<Protocol> &current,
                   const std::vector<ColumnPath> &columns, TableChange &change);

} // namespace merganser
