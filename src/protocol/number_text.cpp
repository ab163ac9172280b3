#include "protocol/number_text.hpp"

#include "protocol/text_cursor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace merganser {

namespace {

//! 10^38 is the largest power that an Int128 holds.
std::array<Int128, 39> MakePowersOfTen() {
	std::array<Int128, 39> powers {};
	Int128 power = 1;
	for (size_t i = 0; i < powers.size(); i++) {
		powers[i] = power;
		if (i + 1 < powers.size()) {
			power *= 10;
		}
	}
	return powers;
}

//! The protocol names no spelling: Spark writes Infinity, delta-rs inf, and Spark reads both in any case.
bool IsWord(std::string_view text, std::string_view lower_case_word) {
	return text.size() == lower_case_word.size() &&
	       std::equal(text.begin(), text.end(), lower_case_word.begin(),
	                  [](char letter, char expected) { return (letter | 0x20) == expected; });
}

template <class NUMBER>
std::optional<double> ParseFloating(std::string_view text) {
	if (IsWord(text, "nan")) {
		return std::numeric_limits<double>::quiet_NaN();
	}
	size_t first = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
	auto magnitude = text.substr(first);
	if (IsWord(magnitude, "infinity") || IsWord(magnitude, "inf")) {
		auto infinity = std::numeric_limits<double>::infinity();
		return text[0] == '-' ? -infinity : infinity;
	}
	// from_chars takes more than numbers, and a plus sign it does not take.
	if (magnitude.empty() || text[0] == '+' || !((magnitude[0] >= '0' && magnitude[0] <= '9') || magnitude[0] == '.')) {
		return std::nullopt;
	}
	NUMBER value;
	auto result = std::from_chars(text.data(), text.data() + text.size(), value);
	if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
		return std::nullopt;
	}
	return static_cast<double>(value);
}

} // namespace

Int128 PowerOfTen(uint32_t exponent) {
	static const auto powers = MakePowersOfTen();
	return powers.at(exponent);
}

std::optional<Int128> TryParseDecimal(std::string_view text, uint32_t precision, uint32_t scale) {
	TextCursor cursor(text);
	bool negative = cursor.Take('-');
	if (!negative) {
		cursor.Take('+');
	}
	Int128 mantissa = 0;
	uint32_t digits = 0;
	int64_t exponent = 0;
	bool behind_point = false, any_digit = false;
	for (; !cursor.Done(); cursor.at++) {
		char c = *cursor.at;
		if (c == '.' && !behind_point) {
			behind_point = true;
			continue;
		}
		if (c < '0' || c > '9') {
			break;
		}
		any_digit = true;
		if (digits == DECIMAL_PRECISION_MAX) {
			// More digits than a decimal has: fine as long as they say nothing.
			if (c != '0') {
				return std::nullopt;
			}
			exponent += behind_point ? 0 : 1;
			continue;
		}
		mantissa = mantissa * 10 + (c - '0');
		digits += mantissa != 0;
		exponent -= behind_point ? 1 : 0;
	}
	if (cursor.Take('e') || cursor.Take('E')) {
		bool exponent_negative = cursor.Take('-');
		if (!exponent_negative) {
			cursor.Take('+');
		}
		int64_t written;
		if (!cursor.TakeNumber(1, 6, written)) {
			return std::nullopt;
		}
		exponent += exponent_negative ? -written : written;
	}
	if (!any_digit || !cursor.Done()) {
		return std::nullopt;
	}
	if (mantissa == 0) {
		return Int128(0);
	}
	exponent += scale;
	for (; exponent < 0; exponent++) {
		if (mantissa % 10 != 0) {
			return std::nullopt;
		}
		mantissa /= 10;
	}
	auto bound = PowerOfTen(precision);
	for (; exponent > 0 && mantissa < bound / 10; exponent--) {
		mantissa *= 10;
	}
	if (exponent > 0 || mantissa >= bound) {
		return std::nullopt;
	}
	return negative ? -mantissa : mantissa;
}

std::optional<double> TryParseDouble(std::string_view text) {
	return ParseFloating<double>(text);
}

std::optional<double> TryParseFloat(std::string_view text) {
	return ParseFloating<float>(text);
}

std::optional<int64_t> TryParseInteger(std::string_view text) {
	int64_t value;
	auto result = std::from_chars(text.data(), text.data() + text.size(), value);
	if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
		return std::nullopt;
	}
	return value;
}

std::optional<bool> TryParseBoolean(std::string_view text) {
	auto equals = [&](std::string_view word) {
		if (text.size() != word.size()) {
			return false;
		}
		for (size_t i = 0; i < word.size(); i++) {
			if ((text[i] | 0x20) != word[i]) {
				return false;
			}
		}
		return true;
	};
	if (equals("true")) {
		return true;
	}
	if (equals("false")) {
		return false;
	}
	return std::nullopt;
}

void AppendDecimal(std::string &out, Int128 unscaled, uint32_t scale) {
	using Unsigned = unsigned __int128;
	if (unscaled < 0) {
		out += '-';
	}
	auto rest = unscaled < 0 ? ~static_cast<Unsigned>(unscaled) + 1 : static_cast<Unsigned>(unscaled);
	std::string reversed;
	while (rest != 0 || reversed.size() <= scale) {
		reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
		rest /= 10;
	}
	for (size_t i = reversed.size(); i-- > 0;) {
		out += reversed[i];
		if (i == scale && scale > 0) {
			out += '.';
		}
	}
}

void AppendDouble(std::string &out, double value, bool is_float) {
	if (std::isnan(value)) {
		out += "NaN";
		return;
	}
	if (std::isinf(value)) {
		out += value < 0 ? "-Infinity" : "Infinity";
		return;
	}
	char buffer[64];
	auto result = is_float ? std::to_chars(buffer, buffer + sizeof(buffer), static_cast<float>(value))
	                       : std::to_chars(buffer, buffer + sizeof(buffer), value);
	std::string_view text(buffer, static_cast<size_t>(result.ptr - buffer));
	out += text;
	if (text.find_first_of(".e") == std::string_view::npos) {
		out += ".0";
	}
}

} // namespace merganser
