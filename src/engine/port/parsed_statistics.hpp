#pragma once

#include "duckdb.hpp"
#include "log/parquet_port.hpp"

#include <string>
#include <vector>

namespace merganser {

//! Fills `rows.stats` of add rows that have none with JSON text made from the checkpoint's `stats_parsed` column. The
//! texts are in `texts`.
void AddParsedStatistics(duckdb::Vector &stats_parsed, CheckpointRows &rows, std::vector<std::string> &texts);

} // namespace merganser
