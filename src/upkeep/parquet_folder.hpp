#pragma once

#include "log/table_location.hpp"
#include "protocol/file_statistics.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! A folder of Parquet files that no log lists yet; sub-folders `column=value` are partitions.
struct ParquetFolder {
	struct File {
		//! Relative to the folder.
		std::string path;
		uint64_t size_bytes = 0;
		int64_t modified_ms = 0;
		//! In the order of the partition columns; not yet checked against their types.
		std::vector<std::optional<std::string>> partition_values;
	};
	std::vector<std::string> partition_columns;
	std::vector<File> files;
	uint64_t bytes = 0;
};

//! Names that begin with `_` or `.` are passed over, as VACUUM does. Throws ALREADY_EXISTS for a folder that has a log,
//! NOT_FOUND for one without a Parquet file, INVALID_INPUT naming a file that is no Parquet file by its name (VACUUM
//! would delete it) or is not in partitions like the others.
ParquetFolder ListParquetFolder(const TableLocation &location);

//! What the footer of one file says. `leaf_types`: opaque, equal where values are stored the same way.
struct ParquetFooterSummary {
	FileStatistics statistics;
	std::vector<std::pair<ColumnPath, std::string>> leaf_types;
};

//! The commit that makes a table of the folder. `schema`: all columns, those of partitions included; `footers` is
//! parallel to the folder's files, their statistics to the leaves of columns that are no partitions. Throws
//! INVALID_INPUT naming file and column where a column is not stored alike in all files, or a partition's value is not
//! of its column's type; UNSUPPORTED for a schema that a table cannot have.
TableChange PlanConvert(const ParquetFolder &folder, const Schema &schema,
                        const std::vector<ParquetFooterSummary> &footers, Metadata metadata);

} // namespace merganser
