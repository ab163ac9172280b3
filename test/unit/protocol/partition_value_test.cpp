#include "base/error.hpp"
#include "protocol/calendar_text.hpp"
#include "protocol/number_text.hpp"
#include "protocol/partition_value.hpp"
#include "protocol/utf8.hpp"
#include "support/primitive_types.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace merganser {
namespace {

Scalar Read(const char *text, const DataTypePtr &type) {
	return ParsePartitionValue(std::string(text), *type);
}

void ExpectRoundTrip(const char *text, const DataTypePtr &type) {
	EXPECT_EQ(WritePartitionValue(Read(text, type), *type), text) << type->ToString();
}

TEST(PartitionValue, EmptyAndNullAreNull) {
	for (auto kind : {TypeKind::STRING, TypeKind::LONG, TypeKind::DATE, TypeKind::BINARY, TypeKind::BOOLEAN}) {
		auto type = DataType::Primitive(kind);
		EXPECT_TRUE(IsNull(ParsePartitionValue(std::nullopt, *type)));
		EXPECT_TRUE(IsNull(ParsePartitionValue("", *type)));
		EXPECT_EQ(WritePartitionValue(Scalar(), *type), std::nullopt);
	}
	EXPECT_EQ(WritePartitionValue(Scalar(std::string()), *STRING), std::nullopt);
}

TEST(PartitionValue, RoundTripsEveryType) {
	ExpectRoundTrip("true", DataType::Primitive(TypeKind::BOOLEAN));
	ExpectRoundTrip("-128", DataType::Primitive(TypeKind::BYTE));
	ExpectRoundTrip("32767", DataType::Primitive(TypeKind::SHORT));
	ExpectRoundTrip("-2147483648", DataType::Primitive(TypeKind::INTEGER));
	ExpectRoundTrip("-9223372036854775808", DataType::Primitive(TypeKind::LONG));
	ExpectRoundTrip("1.1", DataType::Primitive(TypeKind::FLOAT));
	ExpectRoundTrip("5.0", DataType::Primitive(TypeKind::DOUBLE));
	ExpectRoundTrip("NaN", DataType::Primitive(TypeKind::DOUBLE));
	ExpectRoundTrip("-Infinity", DataType::Primitive(TypeKind::DOUBLE));
	ExpectRoundTrip("-12345678901234567890123456789012345678", DataType::Decimal(38, 0));
	ExpectRoundTrip("-0.05", DataType::Decimal(4, 2));
	ExpectRoundTrip("0.00004", DataType::Decimal(12, 5));
	ExpectRoundTrip("a/b=c%\xC3\xA9", STRING);
	ExpectRoundTrip("\x01\x02\x03", DataType::Primitive(TypeKind::BINARY));
	ExpectRoundTrip("1970-01-01", DATE);
	ExpectRoundTrip("-0044-03-15", DATE);
	ExpectRoundTrip("+12345-06-07", DATE);
	ExpectRoundTrip("0001-01-01", DATE);
	ExpectRoundTrip("1969-12-31T23:59:59.999999Z", TIMESTAMP);
	ExpectRoundTrip("1970-01-01 00:00:00.123456", NTZ);
	ExpectRoundTrip("0000-02-29 12:00:00", NTZ);
}

TEST(PartitionValue, ReadsBothFormsOfTimestamps) {
	auto expected = Scalar(int64_t(1577836800123456));
	for (auto text : {"2020-01-01 00:00:00.123456", "2020-01-01T00:00:00.123456Z", "2020-01-01T01:00:00.123456+01:00",
	                  "2019-12-31T15:30:00.123456-0830", "2020-01-01 00:00:00.123456789+00"}) {
		EXPECT_EQ(Read(text, TIMESTAMP), expected) << text;
	}
	EXPECT_EQ(Read("2020-01-01", NTZ), Scalar(int64_t(1577836800000000)));
	EXPECT_EQ(Read("2020-01-01 00:00", TIMESTAMP), Scalar(int64_t(1577836800000000)));
	EXPECT_EQ(TryParseScalar("2020-01-01 00:00:00+01:00", *NTZ), std::nullopt);
}

TEST(PartitionValue, ReadsInfinityAsOtherWritersSpellIt) {
	auto type = DataType::Primitive(TypeKind::FLOAT);
	for (auto text : {"Infinity", "+Infinity", "inf", "+inf", "INF"}) {
		EXPECT_EQ(Read(text, type), Scalar(HUGE_VAL)) << text;
	}
	for (auto text : {"-Infinity", "-inf"}) {
		EXPECT_EQ(Read(text, type), Scalar(-HUGE_VAL)) << text;
	}
	EXPECT_TRUE(std::isnan(std::get<double>(Read("nan", type))));
	for (auto text : {"-", "+", "infin", "-nan", "i", "+1"}) {
		EXPECT_EQ(TryParseScalar(text, *type), std::nullopt) << text;
	}
}

TEST(PartitionValue, RefusesWhatIsNotOfTheType) {
	struct {
		const char *text;
		DataTypePtr type;
	} cases[] = {
	    {"128", DataType::Primitive(TypeKind::BYTE)},
	    {"1.0", DataType::Primitive(TypeKind::INTEGER)},
	    {"9223372036854775808", DataType::Primitive(TypeKind::LONG)},
	    {" 1", DataType::Primitive(TypeKind::LONG)},
	    {"0x10", DataType::Primitive(TypeKind::DOUBLE)},
	    {"yes", DataType::Primitive(TypeKind::BOOLEAN)},
	    {"1.005", DataType::Decimal(10, 2)},
	    {"100", DataType::Decimal(2, 0)},
	    {"1e2", DataType::Decimal(2, 0)},
	    {"", DataType::Decimal(2, 0)},
	    {"2021-02-29", DATE},
	    {"2021-13-01", DATE},
	    {"2021-01-01x", DATE},
	    {"9999999-01-01", DATE},
	    {"2021-01-01T24:00:00", TIMESTAMP},
	    {"2021-01-01T00:00:00+19:00", TIMESTAMP},
	    {"300000-01-01T00:00:00Z", TIMESTAMP},
	    {"x", DataType::Primitive(TypeKind::VARIANT)},
	};
	for (auto &bad : cases) {
		EXPECT_EQ(TryParseScalar(bad.text, *bad.type), std::nullopt) << bad.text;
		if (*bad.text) {
			EXPECT_THROW(Read(bad.text, bad.type), Error) << bad.text;
		}
	}
	EXPECT_THROW(WritePartitionValue(Scalar(std::string("\xFF")), *DataType::Primitive(TypeKind::BINARY)), Error);
}

TEST(PartitionValue, DecimalsAreExact) {
	auto type = DataType::Decimal(38, 2);
	EXPECT_EQ(std::get<Int128>(*TryParseScalar("1.5e3", *type)), 150000);
	EXPECT_EQ(std::get<Int128>(*TryParseScalar("12500e-4", *type)), 125);
	EXPECT_EQ(std::get<Int128>(*TryParseScalar("+.5", *type)), 50);
	EXPECT_EQ(std::get<Int128>(*TryParseScalar(
	              "000000000000000000000000000000000000000001.10000000000000000000000000000000000000000", *type)),
	          110);
	EXPECT_EQ(std::get<Int128>(*TryParseScalar("0e999999", *type)), 0);
	auto largest = PowerOfTen(38) - 1;
	EXPECT_EQ(std::get<Int128>(*TryParseScalar("999999999999999999999999999999999999.99", *type)), largest);
	EXPECT_EQ(TryParseScalar("9999999999999999999999999999999999999.9", *type), std::nullopt);
	EXPECT_EQ(TryParseScalar("99999999999999999999999999999999999999e1", *DataType::Decimal(38, 0)), std::nullopt);
}

TEST(PartitionValue, EveryDayRoundTrips) {
	for (int64_t day = -800000; day < 3000000; day += 97) {
		std::string text;
		AppendDate(text, day);
		EXPECT_EQ(TryParseDate(text), day) << text;
	}
	for (int64_t day : {int64_t(std::numeric_limits<int32_t>::min()), int64_t(std::numeric_limits<int32_t>::max())}) {
		std::string text;
		AppendDate(text, day);
		EXPECT_EQ(TryParseDate(text), day) << text;
	}
}

TEST(PartitionValue, FoldersAreEscapedAsHiveDoes) {
	EXPECT_EQ(PartitionFolder("d", "2020-01-01"), "d=2020-01-01");
	EXPECT_EQ(PartitionFolder("t", "2021-11-18 02:30:00"), "t=2021-11-18 02%3A30%3A00");
	EXPECT_EQ(PartitionFolder("a=b", "x/y%z\n{}"), "a%3Db=x%2Fy%25z%0A%7B}");
	EXPECT_EQ(PartitionFolder("c", std::nullopt), "c=__HIVE_DEFAULT_PARTITION__");
	EXPECT_EQ(PartitionFolder("c", ""), "c=__HIVE_DEFAULT_PARTITION__");
}

TEST(Utf8, TellsTextFromBytes) {
	EXPECT_TRUE(IsUtf8("plain ascii text, longer than a word"));
	EXPECT_TRUE(IsUtf8("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
	for (auto bad :
	     {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xF8\x88\x80\x80\x80", "aaaaaaaa\xFF"}) {
		EXPECT_FALSE(IsUtf8(bad)) << bad;
	}
}

TEST(Utf8, UpperBoundIsAboveEveryTextWithThePrefix) {
	EXPECT_EQ(UpperBoundOfPrefix("ab"), "ac");
	EXPECT_EQ(UpperBoundOfPrefix("a\x7F"), "a\xC2\x80");
	EXPECT_EQ(UpperBoundOfPrefix("\xED\x9F\xBF"), "\xEE\x80\x80");
	EXPECT_EQ(UpperBoundOfPrefix("a\xF4\x8F\xBF\xBF"), "b");
	EXPECT_EQ(UpperBoundOfPrefix("\xF4\x8F\xBF\xBF"), std::nullopt);
	EXPECT_EQ(UpperBoundOfPrefix(""), std::nullopt);
	EXPECT_EQ(FirstChars("\xC3\xA9\xC3\xA9x", 2), "\xC3\xA9\xC3\xA9");
	EXPECT_EQ(FirstChars("abc", 5), "abc");
}

} // namespace
} // namespace merganser
