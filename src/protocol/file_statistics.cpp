#include "protocol/file_statistics.hpp"

#include "protocol/statistics_parser.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Layouts that are tried before a text is parsed by its keys: columns that are all NULL in some files give a few
//! shapes.
constexpr size_t LAYOUTS_MAX = 8;
//! Texts without a known layout in excess of those with one, after which learning is not worth its cost any more.
constexpr int64_t MISSES_MAX = 256;

void ToFileStatistics(const StatisticsTarget &target, FileStatistics &statistics) {
	auto &raw = target.Statistics();
	statistics.num_records = raw.num_records >= 0 ? std::optional<int64_t>(raw.num_records) : std::nullopt;
	statistics.tight_bounds = raw.tight_bounds;
	statistics.columns.resize(raw.columns.size());
	for (size_t i = 0; i < raw.columns.size(); i++) {
		auto &column = raw.columns[i];
		auto &result = statistics.columns[i];
		result.min = target.Rules()[i].ToScalar(column.min);
		result.max = target.Rules()[i].ToScalar(column.max);
		result.null_count = column.null_count >= 0 ? std::optional<int64_t>(column.null_count) : std::nullopt;
	}
}

} // namespace

struct StatisticsReader::Layout {
	explicit Layout(const std::vector<LeafColumn> &leaves) : parser(leaves), target(leaves) {
	}

	void Read(std::string_view json);
	bool TryKnownLayouts(std::string_view json);

	StatisticsParser parser;
	StatisticsTarget target;
	//! The one that fitted last is first.
	std::vector<StatisticsLayout> known;
	//! Of the text before: whatever it set, the same layout sets again.
	bool target_is_of_first = false;
	int64_t misses = 0;
};

bool StatisticsReader::Layout::TryKnownLayouts(std::string_view json) {
	for (size_t i = 0; i < known.size(); i++) {
		if (i > 0 || !target_is_of_first) {
			target.Reset();
		}
		target.BeginText();
		target_is_of_first = false;
		if (known[i].Read(json, target)) {
			std::rotate(known.begin(), known.begin() + static_cast<ptrdiff_t>(i),
			            known.begin() + static_cast<ptrdiff_t>(i) + 1);
			target_is_of_first = true;
			misses = std::max<int64_t>(misses - 1, 0);
			return true;
		}
	}
	return false;
}

void StatisticsReader::Layout::Read(std::string_view json) {
	if (TryKnownLayouts(json)) {
		return;
	}
	target_is_of_first = false;
	if (misses >= MISSES_MAX) {
		parser.Parse(json, target, nullptr);
		return;
	}
	misses++;
	StatisticsLayout learned;
	if (parser.Parse(json, target, &learned)) {
		if (known.size() == LAYOUTS_MAX) {
			known.pop_back();
		}
		known.insert(known.begin(), std::move(learned));
		target_is_of_first = true;
	}
}

StatisticsReader::StatisticsReader(const std::vector<LeafColumn> &leaves_p)
    : leaves(leaves_p), layout(std::make_unique<Layout>(leaves_p)) {
}

StatisticsReader::~StatisticsReader() = default;

const RawFileStatistics &StatisticsReader::ReadRaw(std::string_view json) {
	layout->Read(json);
	return layout->target.Statistics();
}

const FileStatistics &StatisticsReader::Read(std::string_view json) {
	layout->Read(json);
	ToFileStatistics(layout->target, current);
	return current;
}

FileStatistics ParseStatistics(std::string_view json, const std::vector<LeafColumn> &leaves) {
	StatisticsParser parser(leaves);
	StatisticsTarget target(leaves);
	parser.Parse(json, target, nullptr);
	FileStatistics statistics;
	ToFileStatistics(target, statistics);
	return statistics;
}

} // namespace merganser
