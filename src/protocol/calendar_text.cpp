#include "protocol/calendar_text.hpp"

#include "protocol/scalar.hpp"
#include "protocol/text_cursor.hpp"

#include <limits>

namespace merganser {

namespace {

bool IsLeapYear(int64_t year) {
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

uint32_t DaysOfMonth(int64_t year, uint32_t month) {
	static constexpr uint8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && IsLeapYear(year) ? 29 : DAYS[month - 1];
}

bool TakeDate(TextCursor &cursor, int64_t &days) {
	bool negative = cursor.Take('-');
	if (!negative) {
		cursor.Take('+');
	}
	int64_t year, month, day;
	if (!cursor.TakeNumber(4, 7, year) || !cursor.Take('-') || !cursor.TakeNumber(1, 2, month) || !cursor.Take('-') ||
	    !cursor.TakeNumber(1, 2, day)) {
		return false;
	}
	year = negative ? -year : year;
	if (month < 1 || month > 12 || day < 1 || day > DaysOfMonth(year, static_cast<uint32_t>(month))) {
		return false;
	}
	days = DaysFromCivil(year, static_cast<uint32_t>(month), static_cast<uint32_t>(day));
	return true;
}

//! HH:mm[:ss[.fraction]]
bool TakeTime(TextCursor &cursor, int64_t &micros) {
	int64_t hour, minute, second = 0, fraction = 0;
	if (!cursor.TakeNumber(1, 2, hour) || !cursor.Take(':') || !cursor.TakeNumber(1, 2, minute) || hour > 23 ||
	    minute > 59) {
		return false;
	}
	if (cursor.Take(':')) {
		if (!cursor.TakeNumber(1, 2, second) || second > 59) {
			return false;
		}
		if (cursor.Take('.')) {
			const char *begin = cursor.at;
			if (!cursor.TakeNumber(1, 6, fraction)) {
				return false;
			}
			for (auto digits = cursor.at - begin; digits < 6; digits++) {
				fraction *= 10;
			}
			int64_t below_micros;
			cursor.TakeNumber(0, 12, below_micros);
		}
	}
	micros = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + fraction;
	return true;
}

//! Z, +HH, +HHmm, +HH:mm, +HH:mm:ss
bool TakeOffset(TextCursor &cursor, int64_t &seconds) {
	seconds = 0;
	if (cursor.Take('Z') || cursor.Take('z')) {
		return true;
	}
	bool negative = cursor.Take('-');
	if (!negative && !cursor.Take('+')) {
		return false;
	}
	int64_t hours, minutes = 0, rest = 0;
	if (!cursor.TakeNumber(2, 2, hours)) {
		return false;
	}
	if (!cursor.Done()) {
		cursor.Take(':');
		if (!cursor.TakeNumber(2, 2, minutes) || (cursor.Take(':') && !cursor.TakeNumber(2, 2, rest))) {
			return false;
		}
	}
	if (hours > 18 || minutes > 59 || rest > 59) {
		return false;
	}
	seconds = (hours * 60 + minutes) * 60 + rest;
	seconds = negative ? -seconds : seconds;
	return true;
}

enum class ZoneRule { ANY, UTC_ONLY };

std::optional<int64_t> ParseTimestamp(std::string_view text, ZoneRule rule) {
	TextCursor cursor(text);
	int64_t days, micros = 0, offset_seconds = 0;
	if (!TakeDate(cursor, days)) {
		return std::nullopt;
	}
	if (!cursor.Done()) {
		if (!cursor.Take('T') && !cursor.Take(' ')) {
			return std::nullopt;
		}
		if (!TakeTime(cursor, micros)) {
			return std::nullopt;
		}
		if (!cursor.Done() && (!TakeOffset(cursor, offset_seconds) || !cursor.Done())) {
			return std::nullopt;
		}
	}
	if (rule == ZoneRule::UTC_ONLY && offset_seconds != 0) {
		return std::nullopt;
	}
	auto total = static_cast<Int128>(days) * MICROS_PER_DAY + micros - offset_seconds * MICROS_PER_SECOND;
	if (total < std::numeric_limits<int64_t>::min() || total > std::numeric_limits<int64_t>::max()) {
		return std::nullopt;
	}
	return static_cast<int64_t>(total);
}

void AppendPadded(std::string &out, uint64_t value, uint32_t width) {
	auto digits = std::to_string(value);
	if (digits.size() < width) {
		out.append(width - digits.size(), '0');
	}
	out += digits;
}

} // namespace

int64_t DaysFromCivil(int64_t year, uint32_t month, uint32_t day) {
	// The year begins in March, so that the leap day is its last day.
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	auto year_of_era = static_cast<uint32_t>(year - era * 400);
	uint32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + static_cast<int64_t>(day_of_era) - 719468;
}

std::optional<int64_t> TryParseDate(std::string_view text) {
	TextCursor cursor(text);
	int64_t days;
	if (!TakeDate(cursor, days) || !cursor.Done() || days < std::numeric_limits<int32_t>::min() ||
	    days > std::numeric_limits<int32_t>::max()) {
		return std::nullopt;
	}
	return days;
}

std::optional<int64_t> TryParseTimestamp(std::string_view text) {
	return ParseTimestamp(text, ZoneRule::ANY);
}

std::optional<int64_t> TryParseTimestampNtz(std::string_view text) {
	return ParseTimestamp(text, ZoneRule::UTC_ONLY);
}

void AppendDate(std::string &out, int64_t days) {
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	auto day_of_era = static_cast<uint32_t>(shifted - era * 146097);
	uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint32_t shifted_month = (5 * day_of_year + 2) / 153;
	uint32_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
	uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
	int64_t year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2);
	if (year < 0) {
		out += '-';
	} else if (year > 9999) {
		// ISO 8601: years of more than four digits carry a sign.
		out += '+';
	}
	AppendPadded(out, static_cast<uint64_t>(year < 0 ? -year : year), 4);
	out += '-';
	AppendPadded(out, month, 2);
	out += '-';
	AppendPadded(out, day, 2);
}

void AppendTimestamp(std::string &out, int64_t micros, char separator, uint32_t fraction_digits) {
	int64_t days = micros / MICROS_PER_DAY;
	int64_t of_day = micros % MICROS_PER_DAY;
	if (of_day < 0) {
		of_day += MICROS_PER_DAY;
		days--;
	}
	AppendDate(out, days);
	out += separator;
	auto seconds = static_cast<uint64_t>(of_day / MICROS_PER_SECOND);
	AppendPadded(out, seconds / 3600, 2);
	out += ':';
	AppendPadded(out, seconds / 60 % 60, 2);
	out += ':';
	AppendPadded(out, seconds % 60, 2);
	if (fraction_digits > 0) {
		out += '.';
		int64_t unit = 1;
		for (uint32_t digits = fraction_digits; digits < 6; digits++) {
			unit *= 10;
		}
		AppendPadded(out, static_cast<uint64_t>(of_day % MICROS_PER_SECOND / unit), fraction_digits);
	}
}

} // namespace merganser
