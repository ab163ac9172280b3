#pragma once

#include <cstdint>

namespace merganser {

//! Which of SQL's three truth values a condition may have on the rows of one file: one byte per file, always a superset
//! of the truth. A file may be left out when TRUTH_TRUE is not set; every row matches when nothing else is set.
using TruthMask = uint8_t;
constexpr TruthMask TRUTH_TRUE = 1;
constexpr TruthMask TRUTH_FALSE = 2;
constexpr TruthMask TRUTH_NULL = 4;
constexpr TruthMask TRUTH_ANY = TRUTH_TRUE | TRUTH_FALSE | TRUTH_NULL;
//! Never true; false or NULL is not told apart, so that its negation stays undecided.
constexpr TruthMask TRUTH_NOT_TRUE = TRUTH_FALSE | TRUTH_NULL;

inline TruthMask TruthNot(TruthMask mask) {
	return TruthMask((mask & TRUTH_NULL) | (mask & TRUTH_TRUE) << 1 | (mask & TRUTH_FALSE) >> 1);
}

//! Every pair of values that the two sides may have, put through SQL's AND. Free of branches, so that loops over it
//! vectorise.
inline TruthMask TruthAnd(TruthMask left, TruthMask right) {
	TruthMask both_true = left & right & TRUTH_TRUE;
	TruthMask any_false = (left | right) & TRUTH_FALSE;
	// NULL needs the other side true or NULL; << 2 moves the TRUE bit onto the NULL bit.
	TruthMask left_null = left & (right | right << 2) & TRUTH_NULL;
	TruthMask right_null = right & (left | left << 2) & TRUTH_NULL;
	return both_true | any_false | left_null | right_null;
}

inline TruthMask TruthOr(TruthMask left, TruthMask right) {
	return TruthNot(TruthAnd(TruthNot(left), TruthNot(right)));
}

} // namespace merganser
