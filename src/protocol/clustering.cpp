#include "protocol/clustering.hpp"

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "protocol/schema_names.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Spark takes no more.
constexpr size_t CLUSTER_COLUMNS_MAX = 4;

//! Those that Spark keeps bounds of: no other reader could use the clustering.
bool CanCluster(TypeKind kind) {
	switch (kind) {
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
	case TypeKind::DECIMAL:
	case TypeKind::STRING:
	case TypeKind::DATE:
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return true;
	default:
		return false;
	}
}

bool SamePath(const ColumnPath &left, const ColumnPath &right) {
	return std::equal(left.begin(), left.end(), right.begin(), right.end(), SameName);
}

const LeafColumn &LeafOf(const TableConfiguration &table, const ColumnPath &column, const std::string &statement) {
	const auto &leaves = table.DataLeaves();
	const auto leaf = std::find_if(leaves.begin(), leaves.end(), [&](const LeafColumn &candidate) {
		return SamePath(candidate.logical_path, column);
	});
	if (leaf == leaves.end()) {
		const bool is_top_level = table.GetSchema().IndexOf(column.front()).has_value();
		throw Error(ErrorKind::INVALID_INPUT,
		            statement + "rows cannot be clustered by \"" + PathText(column) + "\": " +
		                (is_top_level ? "it is not a column, or field of a struct, of a plain type"
		                              : "the table has no such column"));
	}
	if (!CanCluster(leaf->type->kind)) {
		throw Error(ErrorKind::INVALID_INPUT, statement + "rows cannot be clustered by \"" + PathText(column) +
		                                          "\": files keep no bounds of the type " + leaf->type->ToString());
	}
	return *leaf;
}

void CheckStatistics(const TableConfiguration &table, const ColumnPath &column, const std::string &statement) {
	for (const auto index : table.StatisticsLeaves()) {
		if (SamePath(table.DataLeaves()[index].logical_path, column)) {
			return;
		}
	}
	throw Error(ErrorKind::INVALID_INPUT,
	            statement + "the table keeps no statistics of \"" + PathText(column) +
	                "\", by which its rows are clustered. Let delta.dataSkippingStatsColumns name it, or "
	                "delta.dataSkippingNumIndexedCols be larger");
}

} // namespace

std::vector<LeafColumn> CheckClusterColumns(const TableConfiguration &table, const std::vector<ColumnPath> &columns,
                                            const std::string &statement) {
	if (!columns.empty() && !table.PartitionColumns().empty()) {
		throw Error(ErrorKind::INVALID_INPUT,
		            statement + "a partitioned table cannot be clustered. Make it anew without PARTITIONED BY, or name "
		                        "the columns with each merganser_optimize(…, cluster_by => […])");
	}
	if (columns.size() > CLUSTER_COLUMNS_MAX) {
		throw Error(ErrorKind::INVALID_INPUT,
		            statement + "rows are clustered by " + std::to_string(CLUSTER_COLUMNS_MAX) + " columns at most");
	}
	std::vector<LeafColumn> leaves;
	for (const auto &column : columns) {
		const auto &leaf = LeafOf(table, column, statement);
		for (const auto &earlier : leaves) {
			if (earlier.physical_path == leaf.physical_path) {
				throw Error(ErrorKind::INVALID_INPUT,
				            statement + "CLUSTER BY names \"" + PathText(column) + "\" twice");
			}
		}
		CheckStatistics(table, column, statement);
		leaves.push_back(leaf);
	}
	return leaves;
}

DomainMetadata MakeClusteringDomain(const std::vector<LeafColumn> &leaves) {
	JsonWriter json;
	json.StartObject();
	json.Key("clusteringColumns");
	json.StartArray();
	for (const auto &leaf : leaves) {
		json.Strings(leaf.physical_path);
	}
	json.EndArray();
	json.Key("domainName");
	json.String(CLUSTERING_DOMAIN);
	json.EndObject();
	DomainMetadata domain;
	domain.domain = CLUSTERING_DOMAIN;
	domain.configuration = json.Take();
	return domain;
}

AlteredTable EnableClustering(const AlteredFrom &from) {
	auto edit = BeginEdit(from.table);
	edit.given_properties["delta.feature.clustering"] = "supported";
	return FinishEdit(from.table, std::move(edit));
}

std::vector<ColumnPath> LogicalNames(const Schema &schema, const std::vector<ColumnPath> &physical) {
	const auto leaves = LeafColumns(schema);
	std::vector<ColumnPath> names;
	for (const auto &path : physical) {
		const auto leaf = std::find_if(leaves.begin(), leaves.end(),
		                               [&](const LeafColumn &candidate) { return candidate.physical_path == path; });
		names.push_back(leaf == leaves.end() ? path : leaf->logical_path);
	}
	return names;
}

void CheckClusteringStatistics(const TableConfiguration &table, const std::vector<ColumnPath> &clustering_columns) {
	for (const auto &column : LogicalNames(table.GetSchema(), clustering_columns)) {
		CheckStatistics(table, column, AlterMessage(table));
	}
}

} // namespace merganser
