#pragma once

#include "protocol/scalar.hpp"
#include "protocol/schema.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Statistics of one leaf column in one file. Absent parts are unknown and must never prune.
struct ColumnStatistics {
	std::optional<Scalar> min;
	std::optional<Scalar> max;
	std::optional<int64_t> null_count;
};

//! PROTOCOL.md, "Per-file Statistics". `columns` is parallel to the `leaves` given to Parse/Write.
struct FileStatistics {
	std::optional<int64_t> num_records;
	//! False after a deletion vector was added: min and max stay bounds, null_count is exact only at 0 or num_records.
	bool tight_bounds = true;
	std::vector<ColumnStatistics> columns;
};

//! A bound that costs no allocation. The leaf's type says which member holds it: `number` for float and double, `text`
//! for string, `decimal` (unscaled) for a decimal of more than 18 digits, `integer` for every other type: integers,
//! dates (days), timestamps (microseconds), booleans (0, 1) and decimals of up to 18 digits (unscaled). No member is
//! set when `known` is false.
struct StatisticsBound {
	StatisticsBound() : decimal(0) {
	}
	union {
		Int128 decimal;
		int64_t integer;
		double number;
		std::string_view text;
	};
	bool known = false;
};

//! As ColumnStatistics.
struct RawColumnStatistics {
	StatisticsBound min;
	StatisticsBound max;
	//! -1 where unknown.
	int64_t null_count = -1;
};

//! As FileStatistics, for whoever moves statistics into columns of their own.
struct RawFileStatistics {
	//! -1 where unknown.
	int64_t num_records = -1;
	bool tight_bounds = true;
	std::vector<RawColumnStatistics> columns;
};

//! Reads what is wanted out of one statistics JSON. Never throws on bad statistics: what cannot be parsed is unknown.
//! A timestamp maximum is widened by 999 microseconds (writers truncate to milliseconds). A float maximum of -0.0
//! becomes 0.0 and a minimum of 0.0 becomes -0.0. NaN bounds are unknown. A string bound of any length is taken as it
//! is.
FileStatistics ParseStatistics(std::string_view json, const std::vector<LeafColumn> &leaves);

//! Writes statistics as Spark does: numRecords, minValues, maxValues, nullCount, tightBounds; strings truncated to
//! limits::STATISTICS_STRING_CHARS_MAX characters (a maximum is rounded up, left out when it cannot be); timestamps cut
//! to milliseconds; NaN and infinite bounds left out where JSON cannot hold them; binary and boolean have only
//! nullCount.
std::string WriteStatistics(const FileStatistics &statistics, const std::vector<LeafColumn> &leaves);

//! Fast reader for very many statistics texts of one table: learns the layout of earlier texts and reads the next one
//! by comparing its fixed parts; falls back to a full parse. Not thread-safe: one per thread. Results are equal to
//! ParseStatistics.
class StatisticsReader {
public:
	//! Requires: `leaves` outlives the reader.
	explicit StatisticsReader(const std::vector<LeafColumn> &leaves);
	~StatisticsReader();
	//! Valid until the next call.
	const FileStatistics &Read(std::string_view json);
	//! The same without a Scalar per bound: several times faster. Valid until the next call and as long as `json` is:
	//! texts point into it.
	const RawFileStatistics &ReadRaw(std::string_view json);

private:
	struct Layout;
	const std::vector<LeafColumn> &leaves;
	FileStatistics current;
	std::unique_ptr<Layout> layout;
};

} // namespace merganser
