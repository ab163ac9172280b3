#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! Text forms of dates and timestamps, shared by partition values and statistics. Parsers take the whole
//! text or nothing: no white space around, no trailing characters, nullopt when the value does not fit. The calendar is
//! proleptic Gregorian.

constexpr int64_t MICROS_PER_MS = 1000;
constexpr int64_t MICROS_PER_SECOND = 1000000;
constexpr int64_t MICROS_PER_DAY = 86400 * MICROS_PER_SECOND;

//! Days since 1970-01-01. Requires: a valid month and day.
int64_t DaysFromCivil(int64_t year, uint32_t month, uint32_t day);

//! `[+-]yyyy-MM-dd`, years of 4 to 7 digits. Days since 1970-01-01 that fit an int32.
std::optional<int64_t> TryParseDate(std::string_view text);
//! A date alone (midnight), or with `T` or a space and `HH:mm[:ss[.fraction]]`, then `Z`, an offset or nothing (UTC).
//! Digits below a microsecond are cut. Microseconds since 1970-01-01 UTC.
std::optional<int64_t> TryParseTimestamp(std::string_view text);
//! As above without zone; `Z` is tolerated, any other offset is not.
std::optional<int64_t> TryParseTimestampNtz(std::string_view text);

void AppendDate(std::string &out, int64_t days);
//! `<date><separator>HH:mm:ss` and `.` with `fraction_digits` (0 to 6) digits, cut.
void AppendTimestamp(std::string &out, int64_t micros, char separator, uint32_t fraction_digits);

} // namespace merganser
