#include "protocol/statistics_parser.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace merganser {

using Target = StatisticsSlot::Target;

StatisticsParser::StatisticsParser(const std::vector<LeafColumn> &leaves) : claimed(leaves.size() + 1) {
	for (uint32_t i = 0; i < leaves.size(); i++) {
		auto *node = &root;
		for (auto &name : leaves[i].physical_path) {
			node = &node->children[name];
		}
		node->leaf = i;
	}
}

bool StatisticsParser::Parse(std::string_view json, StatisticsTarget &target, StatisticsLayout *layout) {
	at = json.data();
	end = at + json.size();
	literal_begin = at;
	out = &target;
	noted = layout;
	if (noted) {
		noted->Clear();
	}
	std::fill(claimed.begin(), claimed.end(), uint8_t(0));
	target.Reset();
	if (!ParseTop()) {
		target.Reset();
		return false;
	}
	if (noted) {
		noted->Finish(std::string_view(literal_begin, static_cast<size_t>(end - literal_begin)));
	}
	return noted != nullptr;
}

bool StatisticsParser::ParseTop() {
	SkipSpace();
	bool more = Take('{');
	if (!more) {
		return false;
	}
	SkipSpace();
	if (Take('}')) {
		more = false;
	}
	while (more) {
		std::string_view key;
		if (!ParseKey(key)) {
			return false;
		}
		auto target = key == "numRecords"    ? Target::NUM_RECORDS
		              : key == "tightBounds" ? Target::TIGHT_BOUNDS
		              : key == "minValues"   ? Target::MIN
		              : key == "maxValues"   ? Target::MAX
		              : key == "nullCount"   ? Target::NULL_COUNT
		                                     : Target::SKIP;
		bool is_section = target == Target::MIN || target == Target::MAX || target == Target::NULL_COUNT;
		if (!ParseValue(is_section ? &root : nullptr, target, 1) || !TakeSeparator('}', more)) {
			return false;
		}
	}
	SkipSpace();
	return at == end;
}

bool StatisticsParser::ParseValue(const Node *node, Target target, uint32_t depth) {
	SkipSpace();
	if (depth >= limits::JSON_DEPTH_MAX) {
		return false;
	}
	if (Take('{')) {
		return ParseObject(node, target, depth);
	}
	if (Take('[')) {
		return ParseArray(depth);
	}
	StatisticsSlot slot;
	if (target == Target::NUM_RECORDS || target == Target::TIGHT_BOUNDS) {
		slot.target = depth == 1 ? target : Target::SKIP;
	} else if (node && node->leaf != NO_LEAF) {
		slot.target = target;
		slot.column = node->leaf;
	}
	return ParseScalar(Claim(slot));
}

bool StatisticsParser::ParseObject(const Node *node, Target target, uint32_t depth) {
	SkipSpace();
	bool more = !Take('}');
	while (more) {
		std::string_view key;
		if (!ParseKey(key)) {
			return false;
		}
		const Node *child = nullptr;
		if (node) {
			auto found = node->children.find(key);
			child = found == node->children.end() ? nullptr : &found->second;
		}
		if (!ParseValue(child, target, depth + 1) || !TakeSeparator('}', more)) {
			return false;
		}
	}
	return true;
}

bool StatisticsParser::ParseArray(uint32_t depth) {
	// Nothing that we read is in an array, and its length varies: such a text teaches no layout.
	noted = nullptr;
	SkipSpace();
	bool more = !Take(']');
	while (more) {
		if (!ParseValue(nullptr, Target::SKIP, depth + 1) || !TakeSeparator(']', more)) {
			return false;
		}
	}
	return true;
}

bool StatisticsParser::ParseScalar(StatisticsSlot slot) {
	if (noted) {
		noted->AddSlot(std::string_view(literal_begin, static_cast<size_t>(at - literal_begin)), slot);
	}
	if (!out->ReadScalar(slot, at, end)) {
		return false;
	}
	literal_begin = at;
	return true;
}

bool StatisticsParser::ParseKey(std::string_view &key) {
	SkipSpace();
	bool has_escapes;
	if (!ScanString(at, end, key, has_escapes)) {
		return false;
	}
	if (has_escapes) {
		if (!DecodeString(key, decoded_key)) {
			return false;
		}
		key = decoded_key;
	}
	SkipSpace();
	return Take(':');
}

bool StatisticsParser::TakeSeparator(char closing, bool &more) {
	SkipSpace();
	more = Take(',');
	return more || Take(closing);
}

StatisticsSlot StatisticsParser::Claim(StatisticsSlot slot) {
	if (slot.target == Target::SKIP) {
		return slot;
	}
	bool has_column = slot.target != Target::NUM_RECORDS && slot.target != Target::TIGHT_BOUNDS;
	auto &bits = claimed[has_column ? slot.column : claimed.size() - 1];
	auto bit = static_cast<uint8_t>(1u << static_cast<uint8_t>(slot.target));
	if (bits & bit) {
		return StatisticsSlot();
	}
	bits |= bit;
	return slot;
}

void StatisticsParser::SkipSpace() {
	while (at != end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) {
		at++;
	}
}

bool StatisticsParser::Take(char wanted) {
	if (at == end || *at != wanted) {
		return false;
	}
	at++;
	return true;
}

} // namespace merganser
