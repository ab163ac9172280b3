#pragma once

#include <cstdint>
#include <string_view>

namespace merganser {

inline bool IsDigit(char c) {
	return static_cast<uint8_t>(c - '0') <= 9;
}

//! Text that is consumed piece by piece.
struct TextCursor {
	const char *at;
	const char *end;

	explicit TextCursor(std::string_view text) : at(text.data()), end(text.data() + text.size()) {
	}
	bool Done() const {
		return at == end;
	}
	bool Take(char wanted) {
		if (at == end || *at != wanted) {
			return false;
		}
		at++;
		return true;
	}
	void SkipSpaces() {
		while (Take(' ')) {
		}
	}
	//! Reads `digits_min` to `digits_max` digits.
	bool TakeNumber(uint32_t digits_min, uint32_t digits_max, int64_t &value) {
		value = 0;
		uint32_t digits = 0;
		while (at != end && digits < digits_max && IsDigit(*at)) {
			value = value * 10 + (*at - '0');
			at++;
			digits++;
		}
		return digits >= digits_min;
	}
};

} // namespace merganser
