#pragma once

#include "protocol/statistics_layout.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Reads any statistics text by its keys. Optionally notes the layout that it met.
class StatisticsParser {
public:
	explicit StatisticsParser(const std::vector<LeafColumn> &leaves);

	//! Sets `target` from `json` (all unknown when it is malformed) and returns whether `layout`, unless nullptr, holds
	//! the layout of this text.
	bool Parse(std::string_view json, StatisticsTarget &target, StatisticsLayout *layout);

private:
	static constexpr uint32_t NO_LEAF = UINT32_MAX;
	//! A level of the leaves' physical paths.
	struct Node {
		std::map<std::string, Node, std::less<>> children;
		uint32_t leaf = NO_LEAF;
	};

	bool ParseTop();
	//! `node` is nullptr below keys that no leaf has.
	bool ParseObject(const Node *node, StatisticsSlot::Target target, uint32_t depth);
	bool ParseArray(uint32_t depth);
	bool ParseValue(const Node *node, StatisticsSlot::Target target, uint32_t depth);
	bool ParseScalar(StatisticsSlot slot);
	bool ParseKey(std::string_view &key);
	bool TakeSeparator(char closing, bool &more);
	//! The first of two equal keys counts.
	StatisticsSlot Claim(StatisticsSlot slot);
	void SkipSpace();
	bool Take(char wanted);

	Node root;
	//! Of the text that is being parsed.
	const char *at = nullptr;
	const char *end = nullptr;
	const char *literal_begin = nullptr;
	StatisticsTarget *out = nullptr;
	StatisticsLayout *noted = nullptr;
	std::string decoded_key;
	//! Bits of the slots met, by column; the last one is for those without column.
	std::vector<uint8_t> claimed;
};

} // namespace merganser
