#pragma once

#include "protocol/scalar.hpp"
#include "protocol/sql_expression.hpp"

#include <optional>

namespace merganser {

//! Values between two others, both included. An end that is not there is open.
struct ValueRange {
	std::optional<Scalar> low;
	std::optional<Scalar> high;
};

//! Where the values of an expression of one column lie that are made of the column's values in `column` (which are not
//! NULL): never less than all of them, and open where that is not known. Whoever computed them may have done so in any
//! time zone, so that what depends on one is a day or two wider. Requires: resolved; `column` of the column's type.
ValueRange RangeOf(const SqlExpression &expression, const ValueRange &column);

} // namespace merganser
