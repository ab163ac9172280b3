#pragma once

#include "protocol/file_statistics.hpp"
#include "protocol/statistics_bound.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! What a scalar of a statistics text means.
struct StatisticsSlot {
	enum class Target : uint8_t { SKIP, NUM_RECORDS, TIGHT_BOUNDS, MIN, MAX, NULL_COUNT };
	Target target = Target::SKIP;
	//! Index of the leaf: MIN, MAX and NULL_COUNT.
	uint32_t column = 0;
};

//! Where the scalars of texts go: the leaves' rules and the result. Both ways of reading a text end here, hence their
//! results are equal.
class StatisticsTarget {
public:
	explicit StatisticsTarget(const std::vector<LeafColumn> &leaves);

	//! Everything unknown; gives up what was decoded.
	void Reset();
	//! Forgets decoded strings of the last text.
	void BeginText() {
		decoded_count = 0;
	}
	//! Reads the scalar at `at` into its slot. False when there is no scalar or it is malformed.
	bool ReadScalar(StatisticsSlot slot, const char *&at, const char *end);

	const RawFileStatistics &Statistics() const {
		return statistics;
	}
	const std::vector<BoundRule> &Rules() const {
		return rules;
	}

private:
	bool ReadString(StatisticsSlot slot, const char *&at, const char *end);
	bool ReadNumber(StatisticsSlot slot, const char *&at, const char *end);
	//! A plain count, the most frequent scalar of all. False leaves everything as it was.
	static bool ReadCount(int64_t &count, const char *&at, const char *end);
	bool ReadWord(StatisticsSlot slot, const char *&at, const char *end);
	StatisticsBound &BoundOf(StatisticsSlot slot);
	void SetUnknown(StatisticsSlot slot);

	std::vector<BoundRule> rules;
	RawFileStatistics statistics;
	//! Strings that had escapes; stable while the text is in use.
	std::deque<std::string> decoded;
	size_t decoded_count = 0;
};

//! The literal text around the scalars of one statistics text. Most files of a table are written alike, so that the
//! next text differs in its scalars only.
class StatisticsLayout {
public:
	//! `literal` is what stands before the scalar of `slot`.
	void AddSlot(std::string_view literal, StatisticsSlot slot);
	void Finish(std::string_view literal);
	void Clear();

	//! False when `json` is laid out differently; what was set until then has to be reset.
	bool Read(std::string_view json, StatisticsTarget &target) const;

private:
	struct Entry {
		uint32_t literal_bytes;
		StatisticsSlot slot;
	};
	//! All literals in a row.
	std::string literals;
	std::vector<Entry> entries;
	size_t tail_bytes = 0;
};

} // namespace merganser
