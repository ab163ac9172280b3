#include "scan/predicate.hpp"
#include "scan/truth_mask.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

PredicatePtr IdIs(int64_t value) {
	return Predicate::Compare({"id"}, CompareOp::EQUAL, value);
}

} // namespace

TEST(Predicate, PrintsAsSql) {
	auto predicate = Predicate::And(
	    {Predicate::Compare({"id"}, CompareOp::GREATER_EQUAL, int64_t(5)),
	     Predicate::Or(
	         {Predicate::Compare({"region"}, CompareOp::EQUAL, std::string("o'eu")), Predicate::IsNull({"s", "a"})}),
	     Predicate::Not(Predicate::StartsWith({"name"}, "ab")), Predicate::In({"n"}, {Int128(-12), Int128(0)})});
	EXPECT_EQ(predicate->ToString(),
	          "(id >= 5 AND (region = 'o''eu' OR s.a IS NULL) AND NOT starts_with(name, 'ab') AND n IN (-12, 0))");
}

TEST(Predicate, AndKeepsOtherChildBesideUnknown) {
	auto predicate = Predicate::And({Predicate::Unknown(), IdIs(1), Predicate::Unknown()});
	EXPECT_EQ(predicate->ToString(), "(unknown AND id = 1)");
	EXPECT_EQ(Predicate::And({Predicate::Unknown(), Predicate::Unknown()})->kind, Predicate::Kind::UNKNOWN);
	EXPECT_EQ(Predicate::And({IdIs(1)})->kind, Predicate::Kind::COMPARE);
	EXPECT_EQ(Predicate::And({})->kind, Predicate::Kind::UNKNOWN);
}

TEST(Predicate, AndWithAlwaysFalseIsAlwaysFalse) {
	EXPECT_EQ(Predicate::And({Predicate::Unknown(), Predicate::AlwaysFalse()})->kind, Predicate::Kind::ALWAYS_FALSE);
}

TEST(Predicate, OrWithUnknownIsUnknown) {
	EXPECT_EQ(Predicate::Or({IdIs(1), Predicate::Unknown()})->kind, Predicate::Kind::UNKNOWN);
	EXPECT_EQ(Predicate::Or({})->kind, Predicate::Kind::ALWAYS_FALSE);
}

TEST(Predicate, NotOfAlwaysFalseIsUnknownBecauseItMayBeNull) {
	EXPECT_EQ(Predicate::Not(Predicate::AlwaysFalse())->kind, Predicate::Kind::UNKNOWN);
	EXPECT_EQ(Predicate::Not(Predicate::Unknown())->kind, Predicate::Kind::UNKNOWN);
}

TEST(Predicate, NotNotIsTheChild) {
	EXPECT_EQ(Predicate::Not(Predicate::Not(IdIs(1)))->ToString(), "id = 1");
	EXPECT_EQ(Predicate::Not(Predicate::IsNull({"id"}))->ToString(), "id IS NOT NULL");
}

TEST(Predicate, NestedJunctionsAreFlat) {
	auto predicate = Predicate::Or({Predicate::Or({IdIs(1), IdIs(2)}), IdIs(3)});
	EXPECT_EQ(predicate->children.size(), 3u);
}

TEST(Predicate, NullConstants) {
	EXPECT_EQ(Predicate::Compare({"id"}, CompareOp::EQUAL, Scalar())->kind, Predicate::Kind::ALWAYS_FALSE);
	EXPECT_EQ(Predicate::In({"id"}, {Scalar()})->kind, Predicate::Kind::ALWAYS_FALSE);
	EXPECT_EQ(Predicate::In({"id"}, {Scalar(), int64_t(1)})->ToString(), "(id = 1 OR false)");
}

//! Every pair of sets: the mask of the result holds the result of every pair of values.
TEST(TruthMask, JunctionsCoverEveryPairOfValues) {
	auto sql_and = [](TruthMask left, TruthMask right) -> TruthMask {
		if (left == TRUTH_FALSE || right == TRUTH_FALSE) {
			return TRUTH_FALSE;
		}
		return left == TRUTH_NULL || right == TRUTH_NULL ? TRUTH_NULL : TRUTH_TRUE;
	};
	for (TruthMask left = 1; left < 8; left++) {
		for (TruthMask right = 1; right < 8; right++) {
			TruthMask conjunction = 0;
			TruthMask disjunction = 0;
			for (TruthMask a : {TRUTH_TRUE, TRUTH_FALSE, TRUTH_NULL}) {
				for (TruthMask b : {TRUTH_TRUE, TRUTH_FALSE, TRUTH_NULL}) {
					if ((left & a) && (right & b)) {
						conjunction |= sql_and(a, b);
						disjunction |= TruthNot(sql_and(TruthNot(a), TruthNot(b)));
					}
				}
			}
			EXPECT_EQ(TruthAnd(left, right), conjunction) << int(left) << " AND " << int(right);
			EXPECT_EQ(TruthOr(left, right), disjunction) << int(left) << " OR " << int(right);
		}
	}
	EXPECT_EQ(TruthNot(TRUTH_TRUE), TRUTH_FALSE);
	EXPECT_EQ(TruthNot(TRUTH_FALSE), TRUTH_TRUE);
	EXPECT_EQ(TruthNot(TRUTH_NULL), TRUTH_NULL);
}

} // namespace merganser
