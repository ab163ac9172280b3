#pragma once

#include "parquet_types.h"
#include "protocol/file_statistics.hpp"
#include "protocol/table_configuration.hpp"

namespace merganser {

//! The statistics of a data file out of its footer, parallel to TableConfiguration::DataLeaves: of those that get some
//! (StatisticsLeaves), as far as the footer has exact ones.
FileStatistics StatisticsOfFooter(const TableConfiguration &configuration, const duckdb_parquet::FileMetaData &footer);

} // namespace merganser
