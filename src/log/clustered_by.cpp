#include "log/clustered_by.hpp"

#include "protocol/clustering.hpp"

namespace merganser {

std::vector<ColumnPath> ClusteringColumnsOf(const Snapshot &snapshot) {
	const auto domain = snapshot.domains.find(std::string(CLUSTERING_DOMAIN));
	return domain == snapshot.domains.end() ? std::vector<ColumnPath>()
	                                        : ClusteringColumns(domain->second.configuration);
}

} // namespace merganser
