#pragma once

#include "protocol/text_cursor.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace merganser {

//! The scalars of statistics JSON, read in place and exactly: a decimal must not pass through a double, and a million
//! texts of a checkpoint leave no time for a document of each. Strict JSON. All functions move `at` behind what they
//! took.

//! A JSON number. `mantissa` holds its digits without the point when `exact`.
struct ScannedNumber {
	std::string_view token;
	uint64_t mantissa = 0;
	//! Power of ten of the mantissa's last digit.
	int64_t exponent = 0;
	bool negative = false;
	bool is_integer = true;
	bool exact = true;
};

inline uint64_t LoadWord(const char *at) {
	uint64_t word;
	std::memcpy(&word, at, sizeof(word));
	return word;
}

//! The high bit of each byte that ends a run of plain characters: quote, backslash, control or not ASCII. A byte above
//! such a byte may be marked too, the lowest mark is always right.
inline uint64_t SpecialBytes(uint64_t word) {
	constexpr uint64_t ONES = 0x0101010101010101u, HIGH = 0x8080808080808080u;
	uint64_t quote = word ^ (ONES * '"');
	uint64_t backslash = word ^ (ONES * '\\');
	return (((quote - ONES) | (backslash - ONES) | (word - ONES * 0x20)) | word) & HIGH;
}

//! False unless `at` points at a whole JSON number.
inline bool ScanNumber(const char *&at, const char *end, ScannedNumber &number) {
	const char *begin = at;
	number.negative = at != end && *at == '-';
	at += number.negative;
	const char *digits_begin = at;
	uint64_t mantissa = 0;
	while (at != end && IsDigit(*at)) {
		mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
	}
	auto digits = at - digits_begin;
	if (digits == 0 || (digits > 1 && *digits_begin == '0')) {
		return false;
	}
	number.is_integer = true;
	number.exponent = 0;
	if (at != end && *at == '.') {
		const char *fraction_begin = ++at;
		while (at != end && IsDigit(*at)) {
			mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
		}
		number.exponent = fraction_begin - at;
		number.is_integer = false;
		if (number.exponent == 0) {
			return false;
		}
		digits -= number.exponent;
	}
	if (at != end && (*at == 'e' || *at == 'E')) {
		at++;
		bool negative = at != end && *at == '-';
		at += at != end && (*at == '-' || *at == '+');
		const char *exponent_begin = at;
		int64_t exponent = 0;
		for (; at != end && IsDigit(*at); at++) {
			exponent = exponent < 1000000 ? exponent * 10 + (*at - '0') : exponent;
		}
		if (at == exponent_begin) {
			return false;
		}
		number.exponent += negative ? -exponent : exponent;
		number.is_integer = false;
	}
	number.mantissa = mantissa;
	number.exact = digits <= 19;
	number.token = std::string_view(begin, static_cast<size_t>(at - begin));
	return true;
}

//! What follows the plain characters of a string: escapes and characters beyond ASCII. Requires: `at` is inside of the
//! string.
bool ScanStringRest(const char *&at, const char *end, bool &has_escapes);

//! The text between the quotes, escapes not yet decoded. False unless `at` points at a whole JSON string.
inline bool ScanString(const char *&at, const char *end, std::string_view &raw, bool &has_escapes) {
	has_escapes = false;
	if (at == end || *at != '"') {
		return false;
	}
	const char *begin = ++at;
	while (end - at >= 8) {
		uint64_t special = SpecialBytes(LoadWord(at));
		if (special != 0) {
			at += __builtin_ctzll(special) >> 3;
			break;
		}
		at += 8;
	}
	if (at == end || *at != '"') {
		if (!ScanStringRest(at, end, has_escapes)) {
			return false;
		}
	}
	raw = std::string_view(begin, static_cast<size_t>(at - begin));
	at++;
	return true;
}

//! Decodes the escapes of a scanned string. False when one is malformed.
bool DecodeString(std::string_view raw, std::string &decoded);

} // namespace merganser
