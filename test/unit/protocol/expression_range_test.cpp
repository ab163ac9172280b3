#include "protocol/expression_range.hpp"

#include "protocol/calendar_text.hpp"
#include "protocol/partition_value.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

Schema ColumnsOfMoments() {
	Schema schema;
	for (auto &[name, kind] :
	     {std::pair("d", TypeKind::DATE), std::pair("n", TypeKind::TIMESTAMP_NTZ), std::pair("z", TypeKind::TIMESTAMP),
	      std::pair("s", TypeKind::STRING), std::pair("i", TypeKind::INTEGER), std::pair("f", TypeKind::DOUBLE)}) {
		schema.fields.push_back(StructField {name, DataType::Primitive(kind), true, {}});
	}
	return schema;
}

std::string TextOf(const std::optional<Scalar> &end, TypeKind kind) {
	if (!end) {
		return "open";
	}
	std::string text;
	if (auto *value = std::get_if<std::string>(&*end)) {
		return *value;
	}
	const auto number = std::get<int64_t>(*end);
	if (kind == TypeKind::DATE) {
		AppendDate(text, number);
	} else if (kind == TypeKind::TIMESTAMP || kind == TypeKind::TIMESTAMP_NTZ) {
		AppendTimestamp(text, number, ' ', 0);
	} else {
		text = std::to_string(number);
	}
	return text;
}

std::optional<Scalar> End(const std::string &text, const DataType &type) {
	return text.empty() ? std::nullopt : std::optional(ParsePartitionValue(text, type));
}

//! "low..high" of the expression, for its one column between two values; an empty text is an open end.
std::string Range(const std::string &expression, const std::string &low, const std::string &high) {
	const auto schema = ColumnsOfMoments();
	const auto resolved = ResolveExpression(ParseSparkExpression(expression), schema);
	const auto &type = *schema.fields[merganser::ColumnsOf(resolved, schema).at(0)].type;
	const auto range = RangeOf(resolved, {End(low, type), End(high, type)});
	return TextOf(range.low, resolved.type->kind) + ".." + TextOf(range.high, resolved.type->kind);
}

TEST(ExpressionRange, OfMomentsWithoutZone) {
	EXPECT_EQ(Range("CAST(n AS DATE)", "2024-05-01 10:00:00", "2024-05-03 00:00:00"), "2024-05-01..2024-05-03");
	EXPECT_EQ(Range("CAST(n AS DATE)", "1969-12-31 10:00:00", ""), "1969-12-31..open");
	EXPECT_EQ(Range("year(n)", "", "2024-05-03 00:00:00"), "open..2024");
	EXPECT_EQ(Range("year(d)", "1650-02-03", "2024-05-03"), "1650..2024");
	EXPECT_EQ(Range("n", "2024-05-01 10:00:00", ""), "2024-05-01 10:00:00..open");
	EXPECT_EQ(Range("trunc(d, 'MONTH')", "2024-05-17", "2024-06-02"), "2024-05-01..2024-06-01");
	EXPECT_EQ(Range("trunc(d, 'QUARTER')", "2024-06-17", "2024-12-02"), "2024-04-01..2024-10-01");
	EXPECT_EQ(Range("trunc(d, 'WEEK')", "2024-05-17", "2024-05-20"), "2024-05-13..2024-05-20");
	EXPECT_EQ(Range("trunc(d, 'WEEK')", "1969-12-31", "1970-01-04"), "1969-12-29..1969-12-29");
	EXPECT_EQ(Range("trunc(d, 'YEAR')", "1969-12-31", "2024-05-20"), "1969-01-01..2024-01-01");
	EXPECT_EQ(Range("year(CAST(n AS DATE))", "2024-12-31 23:59:59", "2025-01-01 00:00:00"), "2024..2025");
}

//! The clock that a writer read may have been a day off, either way.
TEST(ExpressionRange, OfMomentsWithZoneIsWider) {
	EXPECT_EQ(Range("CAST(z AS DATE)", "2024-05-01 10:00:00", "2024-05-01 10:00:00"), "2024-04-30..2024-05-02");
	EXPECT_EQ(Range("year(z)", "2024-01-01 10:00:00", "2024-12-30 10:00:00"), "2023..2024");
	EXPECT_EQ(Range("month(z)", "2024-05-05 10:00:00", "2024-05-06 10:00:00"), "5..5");
	EXPECT_EQ(Range("hour(z)", "2024-05-05 10:00:00", "2024-05-05 10:00:00"), "open..open");
	EXPECT_EQ(Range("date_trunc('HOUR', z)", "2024-05-05 10:30:00", ""), "2024-05-02 10:00:00..open");
	EXPECT_EQ(Range("z", "2024-05-05 10:30:00", "2024-05-05 10:30:00"), "2024-05-02 10:30:00..2024-05-08 10:30:00");
}

//! Parts grow only within the next larger unit.
TEST(ExpressionRange, OfPartsOfMoments) {
	EXPECT_EQ(Range("month(n)", "2024-05-01 10:00:00", "2024-07-03 00:00:00"), "5..7");
	EXPECT_EQ(Range("month(n)", "2023-12-31 10:00:00", "2024-07-03 00:00:00"), "open..open");
	EXPECT_EQ(Range("month(n)", "2024-05-01 10:00:00", ""), "open..open");
	EXPECT_EQ(Range("quarter(d)", "2024-03-31", "2024-04-01"), "1..2");
	EXPECT_EQ(Range("dayofyear(d)", "2024-02-28", "2024-03-01"), "59..61");
	EXPECT_EQ(Range("day(d)", "2024-05-03", "2024-05-04"), "3..4");
	EXPECT_EQ(Range("day(d)", "2024-05-31", "2024-06-01"), "open..open");
	EXPECT_EQ(Range("hour(n)", "2024-05-03 07:59:59", "2024-05-03 23:00:00"), "7..23");
	EXPECT_EQ(Range("minute(n)", "2024-05-03 07:05:59", "2024-05-03 07:59:00"), "5..59");
	EXPECT_EQ(Range("second(n)", "2024-05-03 07:05:09", "2024-05-03 07:06:10"), "open..open");
}

TEST(ExpressionRange, OfTexts) {
	EXPECT_EQ(Range("substring(s, 1, 2)", "euro", "us"), "eu..us");
	EXPECT_EQ(Range("substring(s, 1, 1)", "äb", ""), "ä..open");
	EXPECT_EQ(Range("substring(s, 2, 2)", "euro", "us"), "open..open");
	EXPECT_EQ(Range("upper(s)", "euro", "us"), "open..open");
	EXPECT_EQ(Range("date_format(n, 'yyyy-MM')", "2024-05-01 10:00:00", "2024-07-03 00:00:00"), "2024-05..2024-07");
	EXPECT_EQ(Range("date_format(n, 'yyyyMMdd/HH')", "2024-05-01 10:00:00", "2024-07-03 00:00:00"),
	          "20240501/10..20240703/00");
	EXPECT_EQ(Range("date_format(n, 'MM-dd')", "2024-05-01 10:00:00", "2024-07-03 00:00:00"), "open..open");
	// The texts of years from 10000 on come before those of 2024.
	EXPECT_EQ(Range("date_format(n, 'yyyy-MM')", "2024-05-01 10:00:00", ""), "open..open");
}

TEST(ExpressionRange, IsOpenWhereNothingIsSure) {
	EXPECT_EQ(Range("CAST(i AS BIGINT)", "-5", "7"), "-5..7");
	EXPECT_EQ(Range("CAST(i AS STRING)", "5", "7"), "open..open") << "'10' is less than '5'";
	EXPECT_EQ(Range("i % 7", "5", "7"), "open..open");
	EXPECT_EQ(Range("-i", "5", "7"), "open..open");
	EXPECT_EQ(Range("year(d)", "1500-01-01", "9999-01-01"), "open..open") << "another calendar, years of five digits";
	EXPECT_EQ(Range("year(z)", "1600-01-01 10:00:00", ""), "open..open") << "a day before it";
	EXPECT_EQ(Range("CASE WHEN d > DATE'2024-01-01' THEN 1 ELSE 0 END", "2024-05-03", ""), "open..open");
}

} // namespace
} // namespace merganser
