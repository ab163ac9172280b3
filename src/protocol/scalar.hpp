#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

namespace merganser {

using Int128 = __int128;

//! A value of a Delta primitive type, without its type: NULL (monostate), boolean, every integer / date (days) /
//! timestamp (microseconds) as int64, decimal as unscaled Int128, float and double as double, string and binary as
//! bytes.
using Scalar = std::variant<std::monostate, bool, int64_t, Int128, double, std::string>;

inline bool IsNull(const Scalar &value) {
	return std::holds_alternative<std::monostate>(value);
}

} // namespace merganser
