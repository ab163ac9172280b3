#include "protocol/sql_expression.hpp"

#include "base/error.hpp"
#include "protocol/column_default.hpp"
#include "protocol/row_rules.hpp"

#include "support/expect_error.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

Schema Columns() {
	Schema schema;
	const auto add = [&](const char *name, DataTypePtr type) {
		StructField field;
		field.name = name;
		field.type = std::move(type);
		schema.fields.push_back(std::move(field));
	};
	add("i", DataType::Primitive(TypeKind::INTEGER));
	add("l", DataType::Primitive(TypeKind::LONG));
	add("d", DataType::Primitive(TypeKind::DOUBLE));
	add("f", DataType::Primitive(TypeKind::FLOAT));
	add("m", DataType::Decimal(10, 2));
	add("s", DataType::Primitive(TypeKind::STRING));
	add("day", DataType::Primitive(TypeKind::DATE));
	add("at", DataType::Primitive(TypeKind::TIMESTAMP));
	StructField inner;
	inner.name = "x";
	inner.type = DataType::Primitive(TypeKind::INTEGER);
	add("st", DataType::Struct({inner}));
	return schema;
}

//! What the parser makes of a text, written again.
std::string Again(const std::string &text) {
	return WriteSparkExpression(ParseSparkExpression(text));
}

std::string Resolved(const std::string &text) {
	return WriteSparkExpression(ResolveExpression(ParseSparkExpression(text), Columns()));
}

void ExpectRefused(const std::string &part, const std::string &text) {
	ExpectError(ErrorKind::UNSUPPORTED, part, [&] { ResolveExpression(ParseSparkExpression(text), Columns()); });
}

TEST(SparkExpression, KeepsPrecedence) {
	EXPECT_EQ(Again("a + b * c - d"), "(a + (b * c)) - d");
	EXPECT_EQ(Again("NOT a = b AND c OR d"), "((NOT (a = b)) AND c) OR d");
	EXPECT_EQ(Again("a BETWEEN 1 AND 2 AND c"), "(a >= 1) AND (a <= 2) AND c");
	EXPECT_EQ(Again("a NOT IN (1, 2L) OR b IS NOT NULL"), "(NOT (a IN (1, 2L))) OR (b IS NOT NULL)");
	EXPECT_EQ(Again("-a + -2147483648"), "(-(a)) + -2147483648");
	EXPECT_EQ(Again("a || 'x' == b"), "concat(a, 'x') = b");
	EXPECT_EQ(Again("! a <=> b"), "NOT (a <=> b)");
	EXPECT_EQ(Again("7 div 2 % 3"), "(7 div 2) % 3");
}

TEST(SparkExpression, KnowsSparksTexts) {
	EXPECT_EQ(Again(R"("x" = 'it\'s')"), R"('x' = 'it\'s')");
	EXPECT_EQ(Again(R"(`a b`.`c``d` > .5)"), R"(`a b`.`c``d` > .5)");
	EXPECT_EQ(Again("case when a then 1 else 2 end"), "CASE WHEN a THEN 1 ELSE 2 END");
	EXPECT_EQ(Again("CASE a WHEN 1 THEN 'x' END"), "CASE WHEN a = 1 THEN 'x' END");
	EXPECT_EQ(Again("cast(a as decimal(10, 2))"), "CAST(a AS DECIMAL(10,2))");
	EXPECT_EQ(Again("DATE'2024-01-01'"), "CAST('2024-01-01' AS DATE)");
	EXPECT_EQ(Again(R"(s LIKE 'a\_%')"), R"(s LIKE 'a\_%')");
	EXPECT_EQ(Again("1.50 + 2D + 3BD + 1e3"), "((1.50 + 2D) + 3BD) + 1e3D");
}

TEST(SparkExpression, RefusesWhatItDoesNotKnow) {
	const auto refused = [](const std::string &part, const std::string &text) {
		ExpectError(ErrorKind::UNSUPPORTED, part, [&] { ParseSparkExpression(text); });
	};
	refused("comment", "a -- b");
	refused("raw text", R"(r'\d')");
	refused("two texts", "'it''s' = a");
	refused("escape", R"('\u0041')");
	refused("ESCAPE", "s LIKE 'a' ESCAPE '!'");
	refused("does not end", "'a");
	refused("x'…'", "X'00' = a");
	refused("number", "5X > 1");
	refused("too early", "a > ");
	refused("\"b\"", "a b");
	refused("nesting", std::string(1000, '(') + "a");
	std::string signs;
	for (int i = 0; i < 500; i++) {
		signs += "- ";
	}
	refused("nesting", signs + "a");
	refused("array", "CAST(a AS array)");
}

TEST(ResolveExpression, WritesImplicitCastsOut) {
	EXPECT_EQ(Resolved("i > 0"), "i > 0");
	EXPECT_EQ(Resolved("I = l"), "CAST(i AS BIGINT) = l");
	EXPECT_EQ(Resolved("d > 0.5"), "d > CAST(0.5 AS DOUBLE)");
	EXPECT_EQ(Resolved("i / 2 > 1"), "(CAST(i AS DOUBLE) / CAST(2 AS DOUBLE)) > CAST(1 AS DOUBLE)");
	EXPECT_EQ(Resolved("day >= '2024-01-01'"), "day >= CAST('2024-01-01' AS DATE)");
	EXPECT_EQ(Resolved("st.X <=> NULL"), "st.x <=> CAST(NULL AS INT)");
	EXPECT_EQ(Resolved("nvl(i, l)"), "coalesce(CAST(i AS BIGINT), l)");
	EXPECT_EQ(Resolved("CAST(d AS INT)"), "CAST(truncate(d) AS INT)");
	EXPECT_EQ(Resolved("m + i > 1"), "(m + CAST(i AS DECIMAL(10,0))) > CAST(1 AS DECIMAL(13,2))");
	EXPECT_EQ(Resolved("date_format(day, 'yyyy-MM')"), "date_format(day, '%Y-%m')");
	EXPECT_EQ(Resolved("if(i > 0, 1, l)"), "CASE WHEN i > 0 THEN CAST(1 AS BIGINT) ELSE l END");
}

TEST(ResolveExpression, RefusesWhatTheTwoDoNotEvaluateAlike) {
	ExpectRefused("string > integer", "s > 1");
	ExpectRefused("the column \"nope\"", "nope = 1");
	ExpectRefused("\"st.y\"", "st.y = 1");
	ExpectRefused("the text 'tomorrow'", "CAST('tomorrow' AS DATE) = day");
	ExpectRefused("string", "CAST(s AS INT) = 1");
	ExpectRefused("decimal", "m / 2 > 1");
	ExpectRefused("float", "f = l");
	ExpectRefused("rlike", "rlike(s, 'a')");
	ExpectRefused("soundex", "soundex(s) = 'a'");
	ExpectRefused("substring", "substring(s, -1, 2) = 'a'");
	ExpectRefused("date_format", "date_format(day, 'yyyyy')");
	ExpectRefused("condition", "i AND true");
	ExpectRefused("pattern", R"(s LIKE 'a\\b')");
}

TEST(RowRules, AreConditions) {
	ExpectError(ErrorKind::UNSUPPORTED, "CHECK constraint c (i + 1) has a value of type integer",
	            [] { MakeRowRule("CHECK constraint c", "i + 1", Columns()); });
	EXPECT_EQ(MakeRowRule("c", "l > i AND st.x IS NULL", Columns()).fields, (std::vector<size_t> {0, 1, 8}));
}

TEST(ColumnDefault, FitsItsColumn) {
	auto field = Columns().fields[1];
	EXPECT_FALSE(ColumnDefaultOf(field));
	field.SetMetadataString(COLUMN_DEFAULT_KEY, "5");
	EXPECT_EQ(WriteSparkExpression(*ColumnDefaultOf(field)), "CAST(5 AS BIGINT)");
	field.SetMetadataString(COLUMN_DEFAULT_KEY, "'five'");
	ExpectError(ErrorKind::UNSUPPORTED, "default value ('five') of column l", [&] { ColumnDefaultOf(field); });
	field.SetMetadataString(COLUMN_DEFAULT_KEY, "i + 1");
	ExpectError(ErrorKind::UNSUPPORTED, "does not have", [&] { ColumnDefaultOf(field); });
	field.SetMetadataString(COLUMN_DEFAULT_KEY, "1 / 0");
	ExpectError(ErrorKind::UNSUPPORTED, "has /", [&] { ColumnDefaultOf(field); });
}

} // namespace
} // namespace merganser
