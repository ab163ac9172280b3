#include "engine/port/parquet_footer.hpp"

#include "base/error.hpp"
#include "duckdb.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <limits>

namespace merganser {

namespace {

void CompleteNullCount(duckdb_parquet::ColumnMetaData &column, const LeafNullCounts &null_counts) {
	const std::vector<std::string> path(column.path_in_schema.begin(), column.path_in_schema.end());
	const auto found = null_counts.find(path);
	if (found != null_counts.end()) {
		column.statistics.__set_null_count(found->second);
		column.__isset.statistics = true;
	}
}

} // namespace

std::string CompleteParquetTail(std::string_view tail, const std::vector<LeafNullCounts> &null_counts) {
	const auto footer_bytes = ParquetFooterBytes(tail);
	Verify(footer_bytes <= tail.size() - PARQUET_ENDING_BYTES,
	       "a written Parquet file's footer follows its row groups");
	const size_t footer_start = tail.size() - PARQUET_ENDING_BYTES - footer_bytes;

	auto footer = ReadParquetFooter(tail.substr(footer_start, footer_bytes));
	Verify(footer.row_groups.size() == null_counts.size(), "a Parquet footer lists the row groups that were written");
	for (size_t i = 0; i < footer.row_groups.size(); i++) {
		auto &row_group = footer.row_groups[i];
		if (footer.row_groups.size() <= size_t(std::numeric_limits<int16_t>::max())) {
			row_group.__set_ordinal(int16_t(i));
		}
		for (auto &column : row_group.columns) {
			CompleteEncodings(column.meta_data);
			CompleteNullCount(column.meta_data, null_counts[i]);
		}
	}
	footer.__set_created_by(OurCreatedBy());

	std::string completed(tail.substr(0, footer_start));
	AppendParquetFooter(footer, completed);
	return completed;
}

} // namespace merganser
