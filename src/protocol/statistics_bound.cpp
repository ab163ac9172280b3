#include "protocol/statistics_bound.hpp"

#include "protocol/calendar_text.hpp"
#include "protocol/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace merganser {

namespace {

//! Writers cut timestamps to milliseconds: the true maximum is up to 999 microseconds later.
constexpr int64_t TIMESTAMP_CUT_MICROS = 999;

//! Digits as values of 0 to 9, `pattern` characters as 0; false when `word` is not of that form. `limits` has 0x76 for
//! each digit and 0x7F for each other byte, so that a byte that does not fit sets its high bit.
bool MatchDigits(uint64_t &word, uint64_t pattern, uint64_t limits) {
	word ^= pattern;
	return ((word | (word + limits)) & 0x8080808080808080u) == 0;
}

//! Byte `index` of a matched word (little-endian load: byte 0 is the first character).
int64_t Digit(uint64_t word, int index) {
	return static_cast<int64_t>(word >> (8 * index) & 0xFF);
}

int64_t TwoDigits(uint64_t word, int index) {
	return Digit(word, index) * 10 + Digit(word, index + 1);
}

//! `yyyy-MM-dd` at `at`, days of every month up to 28 only: the rest takes the general way.
bool FastDate(const char *at, int64_t &days) {
	constexpr uint64_t PATTERN = 0x2D30302D30303030u; // "0000-00-"
	constexpr uint64_t LIMITS = 0x7F76767F76767676u;
	uint64_t word = LoadWord(at);
	if (!MatchDigits(word, PATTERN, LIMITS) || !IsDigit(at[8]) || !IsDigit(at[9])) {
		return false;
	}
	int64_t month = TwoDigits(word, 5);
	int64_t day = (at[8] - '0') * 10 + (at[9] - '0');
	if (month < 1 || month > 12 || day < 1 || day > 28) {
		return false;
	}
	days = DaysFromCivil(TwoDigits(word, 0) * 100 + TwoDigits(word, 2), static_cast<uint32_t>(month),
	                     static_cast<uint32_t>(day));
	return true;
}

//! `yyyy-MM-ddTHH:mm:ss.SSS`, Spark's form.
bool FastTimestamp(const char *at, int64_t &micros) {
	constexpr uint64_t PATTERN = 0x30303A30303A3030u; // "00:00:00"
	constexpr uint64_t LIMITS = 0x76767F76767F7676u;
	int64_t days;
	if (!FastDate(at, days) || at[10] != 'T') {
		return false;
	}
	uint64_t word = LoadWord(at + 11);
	if (!MatchDigits(word, PATTERN, LIMITS) || at[19] != '.' || !IsDigit(at[20]) || !IsDigit(at[21]) ||
	    !IsDigit(at[22])) {
		return false;
	}
	int64_t hour = TwoDigits(word, 0), minute = TwoDigits(word, 3), second = TwoDigits(word, 6);
	if (hour > 23 || minute > 59 || second > 59) {
		return false;
	}
	int64_t millis = (at[20] - '0') * 100 + (at[21] - '0') * 10 + (at[22] - '0');
	micros = days * MICROS_PER_DAY + ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + millis * MICROS_PER_MS;
	return true;
}

//! Exact as long as the mantissa and the power of ten are exact in the type (Clinger's fast path).
template <class NUMBER>
bool FastFloating(const ScannedNumber &number, double &value) {
	constexpr bool IS_DOUBLE = std::is_same_v<NUMBER, double>;
	constexpr uint64_t MANTISSA_MAX = IS_DOUBLE ? uint64_t(1) << 53 : uint64_t(1) << 24;
	constexpr int64_t EXPONENT_MAX = IS_DOUBLE ? 22 : 10;
	static constexpr NUMBER POWERS[] = {
	    NUMBER(1e0),  NUMBER(1e1),  NUMBER(1e2),  NUMBER(1e3),  NUMBER(1e4),  NUMBER(1e5),  NUMBER(1e6),  NUMBER(1e7),
	    NUMBER(1e8),  NUMBER(1e9),  NUMBER(1e10), NUMBER(1e11), NUMBER(1e12), NUMBER(1e13), NUMBER(1e14), NUMBER(1e15),
	    NUMBER(1e16), NUMBER(1e17), NUMBER(1e18), NUMBER(1e19), NUMBER(1e20), NUMBER(1e21), NUMBER(1e22)};
	if (!number.exact || number.mantissa > MANTISSA_MAX || number.exponent < -EXPONENT_MAX ||
	    number.exponent > EXPONENT_MAX) {
		return false;
	}
	auto mantissa = static_cast<NUMBER>(number.mantissa);
	NUMBER magnitude = number.exponent < 0 ? mantissa / POWERS[-number.exponent] : mantissa * POWERS[number.exponent];
	value = number.negative ? -magnitude : magnitude;
	return true;
}

} // namespace

BoundRule::BoundRule(const LeafColumn &leaf) {
	auto integer = [&]<class INTEGER>(INTEGER) {
		kind = Kind::INTEGER;
		smallest = std::numeric_limits<INTEGER>::min();
		largest = std::numeric_limits<INTEGER>::max();
	};
	switch (leaf.type->kind) {
	case TypeKind::BOOLEAN:
		kind = Kind::BOOLEAN;
		break;
	case TypeKind::BYTE:
		integer(int8_t());
		break;
	case TypeKind::SHORT:
		integer(int16_t());
		break;
	case TypeKind::INTEGER:
		integer(int32_t());
		break;
	case TypeKind::LONG:
		integer(int64_t());
		break;
	case TypeKind::FLOAT:
		kind = Kind::FLOAT;
		break;
	case TypeKind::DOUBLE:
		kind = leaf.widened_from_float ? Kind::WIDENED_DOUBLE : Kind::DOUBLE;
		break;
	case TypeKind::DECIMAL:
		kind = Kind::DECIMAL;
		precision = leaf.type->precision;
		scale = leaf.type->scale;
		largest = static_cast<int64_t>(PowerOfTen(std::min<uint32_t>(precision, DECIMAL_PRECISION_INT64))) - 1;
		break;
	case TypeKind::STRING:
		kind = Kind::TEXT;
		break;
	case TypeKind::DATE:
		kind = Kind::DATE;
		break;
	case TypeKind::TIMESTAMP:
		kind = Kind::TIMESTAMP;
		break;
	case TypeKind::TIMESTAMP_NTZ:
		kind = Kind::TIMESTAMP_NTZ;
		break;
	case TypeKind::BINARY:
	case TypeKind::VARIANT:
	case TypeKind::VOID:
	case TypeKind::STRUCT:
	case TypeKind::ARRAY:
	case TypeKind::MAP:
		break;
	}
}

void BoundRule::SetInteger(int64_t value, StatisticsBound &bound) const {
	bound.known = value >= smallest && value <= largest;
	bound.integer = value;
}

void BoundRule::SetDecimal(Int128 value, StatisticsBound &bound) const {
	bound.known = true;
	if (precision > DECIMAL_PRECISION_INT64) {
		bound.decimal = value;
	} else {
		bound.integer = static_cast<int64_t>(value);
	}
}

void BoundRule::SetDouble(double value, BoundSide side, StatisticsBound &bound) const {
	// NaN orders differently in every engine, so that a NaN bound says nothing. The sign of zero is lost by some
	// writers.
	bound.known = !std::isnan(value);
	bound.number = value == 0.0 ? (side == BoundSide::MIN ? -0.0 : 0.0) : value;
}

void BoundRule::SetTimestamp(std::optional<int64_t> micros, BoundSide side, StatisticsBound &bound) const {
	bound.known = micros.has_value();
	if (!micros) {
		return;
	}
	bound.integer = *micros;
	if (side == BoundSide::MAX) {
		bound.known = !__builtin_add_overflow(*micros, TIMESTAMP_CUT_MICROS, &bound.integer);
	}
}

void BoundRule::SetFloating(std::string_view token, BoundSide side, StatisticsBound &bound) const {
	constexpr double NOTHING = std::numeric_limits<double>::quiet_NaN();
	double as_double = kind == Kind::FLOAT ? NOTHING : TryParseDouble(token).value_or(NOTHING);
	double as_float = kind == Kind::DOUBLE ? NOTHING : TryParseFloat(token).value_or(NOTHING);
	// 1.1 of a file from before the widening stands for the float 1.10000002: the wider of both readings holds for
	// files of either age. fmin and fmax pass over what is nothing.
	SetDouble(side == BoundSide::MIN ? std::fmin(as_double, as_float) : std::fmax(as_double, as_float), side, bound);
}

void BoundRule::SetFromNumber(const ScannedNumber &number, BoundSide side, StatisticsBound &bound) const {
	bound.known = false;
	switch (kind) {
	case Kind::INTEGER:
		if (number.is_integer && number.exact &&
		    number.mantissa <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
			auto magnitude = static_cast<int64_t>(number.mantissa);
			SetInteger(number.negative ? -magnitude : magnitude, bound);
		} else if (auto value = TryParseInteger(number.token)) {
			SetInteger(*value, bound);
		}
		return;
	case Kind::FLOAT:
	case Kind::DOUBLE: {
		double value;
		if (kind == Kind::DOUBLE ? FastFloating<double>(number, value) : FastFloating<float>(number, value)) {
			SetDouble(value, side, bound);
			return;
		}
		SetFloating(number.token, side, bound);
		return;
	}
	case Kind::WIDENED_DOUBLE:
		SetFloating(number.token, side, bound);
		return;
	case Kind::DECIMAL: {
		int64_t shift = scale + number.exponent;
		if (number.exact && shift == 0 && number.mantissa <= static_cast<uint64_t>(largest)) {
			auto magnitude = static_cast<int64_t>(number.mantissa);
			SetDecimal(number.negative ? -magnitude : magnitude, bound);
		} else if (number.exact && shift >= 0 && shift <= DECIMAL_PRECISION_INT64) {
			auto value = static_cast<Int128>(number.mantissa) * PowerOfTen(static_cast<uint32_t>(shift));
			if (value < PowerOfTen(precision)) {
				SetDecimal(number.negative ? -value : value, bound);
			}
		} else if (auto value = TryParseDecimal(number.token, precision, scale)) {
			SetDecimal(*value, bound);
		}
		return;
	}
	case Kind::NONE:
	case Kind::BOOLEAN:
	case Kind::TEXT:
	case Kind::DATE:
	case Kind::TIMESTAMP:
	case Kind::TIMESTAMP_NTZ:
		return;
	}
}

void BoundRule::SetFromText(std::string_view text, BoundSide side, StatisticsBound &bound) const {
	bound.known = false;
	switch (kind) {
	case Kind::TEXT:
		bound.text = text;
		bound.known = true;
		return;
	case Kind::DATE: {
		int64_t days;
		if (text.size() == 10 && FastDate(text.data(), days)) {
			bound.integer = days;
			bound.known = true;
		} else if (auto value = TryParseDate(text)) {
			bound.integer = *value;
			bound.known = true;
		}
		return;
	}
	case Kind::TIMESTAMP: {
		int64_t micros;
		bool fast = text.size() == 24 && text[23] == 'Z' && FastTimestamp(text.data(), micros);
		SetTimestamp(fast ? micros : TryParseTimestamp(text), side, bound);
		return;
	}
	case Kind::TIMESTAMP_NTZ: {
		int64_t micros;
		bool fast = text.size() == 23 && FastTimestamp(text.data(), micros);
		SetTimestamp(fast ? micros : TryParseTimestampNtz(text), side, bound);
		return;
	}
	case Kind::INTEGER:
		if (auto value = TryParseInteger(text)) {
			SetInteger(*value, bound);
		}
		return;
	case Kind::DECIMAL:
		if (auto value = TryParseDecimal(text, precision, scale)) {
			SetDecimal(*value, bound);
		}
		return;
	case Kind::FLOAT:
	case Kind::DOUBLE:
	case Kind::WIDENED_DOUBLE:
		SetFloating(text, side, bound);
		return;
	case Kind::NONE:
	case Kind::BOOLEAN:
		return;
	}
}

void BoundRule::SetFromBool(bool value, StatisticsBound &bound) const {
	bound.known = kind == Kind::BOOLEAN;
	bound.integer = value;
}

std::optional<Scalar> BoundRule::ToScalar(const StatisticsBound &bound) const {
	if (!bound.known) {
		return std::nullopt;
	}
	switch (kind) {
	case Kind::NONE:
		return std::nullopt;
	case Kind::BOOLEAN:
		return Scalar(bound.integer != 0);
	case Kind::INTEGER:
	case Kind::DATE:
	case Kind::TIMESTAMP:
	case Kind::TIMESTAMP_NTZ:
		return Scalar(bound.integer);
	case Kind::FLOAT:
	case Kind::DOUBLE:
	case Kind::WIDENED_DOUBLE:
		return Scalar(bound.number);
	case Kind::DECIMAL:
		return Scalar(precision > DECIMAL_PRECISION_INT64 ? bound.decimal : Int128(bound.integer));
	case Kind::TEXT:
		return Scalar(std::string(bound.text));
	}
	return std::nullopt;
}

} // namespace merganser
