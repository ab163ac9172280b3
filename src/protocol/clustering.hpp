#pragma once

#include "protocol/altered_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A clustered table (PROTOCOL.md, "Clustered Table") names its clustering columns in a metadata domain, by their
//! physical names; files get better ranges of them when they are written anew.
constexpr std::string_view CLUSTERING_DOMAIN = "delta.clustering";
//! How WITH and SET say the columns (a column list, see ParseColumnList); never stored under this name.
constexpr std::string_view CLUSTER_BY_PROPERTY = "merganser.clusterBy";

//! The leaf of each column. Throws INVALID_INPUT, with `statement` before it, for a partitioned table, for more columns
//! than Spark takes, for one that stands twice or is none, and for one without bounds in the statistics.
std::vector<LeafColumn> CheckClusterColumns(const TableConfiguration &table, const std::vector<ColumnPath> &columns,
                                            const std::string &statement);

//! The domain for these leaves; none: the table stays a clustered one, by no column.
DomainMetadata MakeClusteringDomain(const std::vector<LeafColumn> &leaves);

//! What ALTER TABLE … CLUSTER BY makes of the protocol.
AlteredTable EnableClustering(const AlteredFrom &from);

//! Logical names for the physical ones; what the schema does not have keeps its physical name.
std::vector<ColumnPath> LogicalNames(const Schema &schema, const std::vector<ColumnPath> &physical);

//! Throws INVALID_INPUT when the table gathers no statistics of a clustering column (physical paths).
void CheckClusteringStatistics(const TableConfiguration &table, const std::vector<ColumnPath> &clustering_columns);

} // namespace merganser
