#include "engine/catalog/cluster_by.hpp"

#include "base/error.hpp"
#include "engine/catalog/table_clauses.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_properties.hpp"

#include <utility>

namespace merganser {

//! As Spark writes columns into an operation's parameters.
static std::string ColumnsText(const std::vector<ColumnPath> &columns) {
	std::string text;
	for (const auto &column : columns) {
		text += (text.empty() ? "" : ",") + PathText(column);
	}
	return text;
}

std::optional<std::vector<ColumnPath>>
ClusterByOption(duckdb::ClientContext &context, const std::string &clause,
                const duckdb::case_insensitive_map_t<duckdb::unique_ptr<duckdb::ParsedExpression>> &options) {
	const auto option = options.find(std::string(CLUSTER_BY_PROPERTY));
	if (option == options.end()) {
		return std::nullopt;
	}
	const auto text = OptionText(context, clause, option->first, *option->second);
	return text.empty() ? std::vector<ColumnPath>() : ParseColumnList(text);
}

TableChange PlanClusterBy(const AlteredFrom &from, const std::vector<ColumnPath> &columns) {
	const auto leaves = CheckClusterColumns(from.table, columns, AlterMessage(from.table));
	std::vector<ColumnPath> physical;
	std::vector<ColumnPath> names;
	for (const auto &leaf : leaves) {
		physical.push_back(leaf.physical_path);
		names.push_back(leaf.logical_path);
	}
	TableChange change;
	if (physical == from.clustering_columns) {
		return change;
	}
	change.protocol = EnableClustering(from).protocol;
	change.domains.push_back(MakeClusteringDomain(leaves));
	change.operation = "CLUSTER BY";
	const auto before = LogicalNames(from.table.GetSchema(), from.clustering_columns);
	change.operation_parameters = {{"oldClusteringColumns", ColumnsText(before)},
	                               {"newClusteringColumns", ColumnsText(names)}};
	return change;
}

void AddClustering(const std::string &table_name, const std::optional<Protocol> &current,
                   const std::vector<ColumnPath> &columns, TableChange &change) {
	auto configuration = change.metadata->configuration;
	configuration["delta.feature.clustering"] = "supported";
	const auto schema = ParseSchema(change.metadata->schema_string);
	auto needed = SmallestProtocol(schema, configuration);
	needed = current ? CombineProtocols(*current, needed) : needed;
	const TableConfiguration table(table_name, needed, *change.metadata);
	const auto leaves = CheckClusterColumns(table, columns, "CREATE TABLE \"" + table_name + "\": ");
	if (!current || !(needed == *current)) {
		change.protocol = std::move(needed);
	}
	// In the place of what the replaced table had: a commit says one thing of a domain.
	std::erase_if(change.domains, [](const DomainMetadata &domain) { return domain.domain == CLUSTERING_DOMAIN; });
	change.domains.push_back(MakeClusteringDomain(leaves));
	change.operation_parameters["clusterBy"] = ColumnsText(columns);
}

} // namespace merganser
