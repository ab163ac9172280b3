#include "protocol/statistics_layout.hpp"

#include <cstring>

namespace merganser {

using Target = StatisticsSlot::Target;

namespace {

//! memcmp for the few bytes between two scalars, without a call.
bool SameBytes(const char *left, const char *right, size_t count) {
	if (count < 8) {
		for (size_t i = 0; i < count; i++) {
			if (left[i] != right[i]) {
				return false;
			}
		}
		return true;
	}
	// The last word overlaps the one before.
	for (size_t i = 0; i + 8 < count; i += 8) {
		if (LoadWord(left + i) != LoadWord(right + i)) {
			return false;
		}
	}
	return LoadWord(left + count - 8) == LoadWord(right + count - 8);
}

} // namespace

StatisticsTarget::StatisticsTarget(const std::vector<LeafColumn> &leaves) {
	rules.reserve(leaves.size());
	for (auto &leaf : leaves) {
		rules.emplace_back(leaf);
	}
	statistics.columns.resize(leaves.size());
}

void StatisticsTarget::Reset() {
	BeginText();
	statistics.num_records = -1;
	statistics.tight_bounds = true;
	for (auto &column : statistics.columns) {
		column.min.known = false;
		column.max.known = false;
		column.null_count = -1;
	}
}

StatisticsBound &StatisticsTarget::BoundOf(StatisticsSlot slot) {
	auto &column = statistics.columns[slot.column];
	return slot.target == Target::MIN ? column.min : column.max;
}

void StatisticsTarget::SetUnknown(StatisticsSlot slot) {
	switch (slot.target) {
	case Target::SKIP:
		return;
	case Target::NUM_RECORDS:
		statistics.num_records = -1;
		return;
	case Target::TIGHT_BOUNDS:
		// Anything but true, null or nothing: trust less.
		statistics.tight_bounds = false;
		return;
	case Target::MIN:
	case Target::MAX:
		BoundOf(slot).known = false;
		return;
	case Target::NULL_COUNT:
		statistics.columns[slot.column].null_count = -1;
		return;
	}
}

bool StatisticsTarget::ReadScalar(StatisticsSlot slot, const char *&at, const char *end) {
	if (at == end) {
		return false;
	}
	if (*at == '"') {
		return ReadString(slot, at, end);
	}
	if (*at == '-' || IsDigit(*at)) {
		return ReadNumber(slot, at, end);
	}
	return ReadWord(slot, at, end);
}

bool StatisticsTarget::ReadString(StatisticsSlot slot, const char *&at, const char *end) {
	std::string_view text;
	bool has_escapes;
	if (!ScanString(at, end, text, has_escapes)) {
		return false;
	}
	if (has_escapes) {
		if (decoded_count == decoded.size()) {
			decoded.emplace_back();
		}
		auto &copy = decoded[decoded_count++];
		if (!DecodeString(text, copy)) {
			return false;
		}
		text = copy;
	}
	if (slot.target == Target::MIN || slot.target == Target::MAX) {
		auto side = slot.target == Target::MIN ? BoundSide::MIN : BoundSide::MAX;
		rules[slot.column].SetFromText(text, side, BoundOf(slot));
	} else {
		SetUnknown(slot);
	}
	return true;
}

bool StatisticsTarget::ReadCount(int64_t &count, const char *&at, const char *end) {
	constexpr ptrdiff_t DIGITS_MAX = 18;
	const char *begin = at;
	int64_t value = 0;
	const char *here = at;
	const char *limit = end - at > DIGITS_MAX ? at + DIGITS_MAX : end;
	while (here != limit && IsDigit(*here)) {
		value = value * 10 + (*here++ - '0');
	}
	// Signs, fractions, exponents, leading zeros and very long numbers are for the general way.
	bool plain = here != begin && here != limit && *here != '.' && *here != 'e' && *here != 'E' &&
	             (*begin != '0' || here - begin == 1);
	if (plain) {
		at = here;
		count = value;
	}
	return plain;
}

bool StatisticsTarget::ReadNumber(StatisticsSlot slot, const char *&at, const char *end) {
	if (slot.target == Target::NULL_COUNT && ReadCount(statistics.columns[slot.column].null_count, at, end)) {
		return true;
	}
	ScannedNumber number;
	if (!ScanNumber(at, end, number)) {
		return false;
	}
	if (slot.target == Target::MIN || slot.target == Target::MAX) {
		auto side = slot.target == Target::MIN ? BoundSide::MIN : BoundSide::MAX;
		rules[slot.column].SetFromNumber(number, side, BoundOf(slot));
		return true;
	}
	bool is_count =
	    number.is_integer && number.exact && number.mantissa <= INT64_MAX && (!number.negative || number.mantissa == 0);
	if (is_count && slot.target == Target::NULL_COUNT) {
		statistics.columns[slot.column].null_count = static_cast<int64_t>(number.mantissa);
	} else if (is_count && slot.target == Target::NUM_RECORDS) {
		statistics.num_records = static_cast<int64_t>(number.mantissa);
	} else {
		SetUnknown(slot);
	}
	return true;
}

bool StatisticsTarget::ReadWord(StatisticsSlot slot, const char *&at, const char *end) {
	auto take = [&](std::string_view word) {
		if (static_cast<size_t>(end - at) < word.size() || std::memcmp(at, word.data(), word.size()) != 0) {
			return false;
		}
		at += word.size();
		return true;
	};
	if (take("null")) {
		if (slot.target == Target::TIGHT_BOUNDS) {
			statistics.tight_bounds = true;
		} else {
			SetUnknown(slot);
		}
		return true;
	}
	bool value = take("true");
	if (!value && !take("false")) {
		return false;
	}
	if (slot.target == Target::TIGHT_BOUNDS) {
		statistics.tight_bounds = value;
	} else if (slot.target == Target::MIN || slot.target == Target::MAX) {
		rules[slot.column].SetFromBool(value, BoundOf(slot));
	} else {
		SetUnknown(slot);
	}
	return true;
}

void StatisticsLayout::AddSlot(std::string_view literal, StatisticsSlot slot) {
	literals += literal;
	entries.push_back({static_cast<uint32_t>(literal.size()), slot});
}

void StatisticsLayout::Finish(std::string_view literal) {
	literals += literal;
	tail_bytes = literal.size();
}

void StatisticsLayout::Clear() {
	literals.clear();
	entries.clear();
	tail_bytes = 0;
}

bool StatisticsLayout::Read(std::string_view json, StatisticsTarget &target) const {
	const char *at = json.data();
	const char *end = at + json.size();
	const char *literal = literals.data();
	for (auto &entry : entries) {
		if (static_cast<size_t>(end - at) < entry.literal_bytes || !SameBytes(at, literal, entry.literal_bytes)) {
			return false;
		}
		at += entry.literal_bytes;
		literal += entry.literal_bytes;
		if (!target.ReadScalar(entry.slot, at, end)) {
			return false;
		}
	}
	return static_cast<size_t>(end - at) == tail_bytes && SameBytes(at, literal, tail_bytes);
}

} // namespace merganser
