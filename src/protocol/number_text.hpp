#pragma once

#include "protocol/scalar.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! Text forms of numbers and booleans, shared by partition values and statistics. Parsers take the whole
//! text or nothing: no white space around, no trailing characters, nullopt when the value does not fit.

constexpr uint32_t DECIMAL_PRECISION_MAX = 38;
//! Decimals of up to this many digits fit an int64.
constexpr uint32_t DECIMAL_PRECISION_INT64 = 18;

//! 10^exponent. Requires: exponent <= 38.
Int128 PowerOfTen(uint32_t exponent);

//! Exact: digits that the scale cannot hold must be zero. Exponents are allowed.
std::optional<Int128> TryParseDecimal(std::string_view text, uint32_t precision, uint32_t scale);
//! `NaN`, `Infinity`, `-Infinity` or a decimal number.
std::optional<double> TryParseDouble(std::string_view text);
//! The nearest float, as double.
std::optional<double> TryParseFloat(std::string_view text);
std::optional<int64_t> TryParseInteger(std::string_view text);
std::optional<bool> TryParseBoolean(std::string_view text);

void AppendDecimal(std::string &out, Int128 unscaled, uint32_t scale);
//! Shortest text that reads back equal (as a float when `is_float`), with a point or an exponent; `NaN`, `Infinity`.
void AppendDouble(std::string &out, double value, bool is_float);

} // namespace merganser
