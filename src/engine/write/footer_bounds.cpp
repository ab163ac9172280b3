#include "engine/write/footer_bounds.hpp"

#include "engine/parquet/footer_statistics.hpp"

#include <utility>

namespace merganser {

FileStatistics StatisticsOfFooter(const TableConfiguration &configuration, const duckdb_parquet::FileMetaData &footer) {
	auto all = FooterStatistics(footer, configuration.DataLeaves());
	FileStatistics wanted;
	wanted.num_records = all.num_records;
	wanted.columns.resize(all.columns.size());
	for (const auto leaf : configuration.StatisticsLeaves()) {
		wanted.columns[leaf] = std::move(all.columns[leaf]);
	}
	return wanted;
}

} // namespace merganser
