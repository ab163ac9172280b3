#include "protocol/file_statistics.hpp"
#include "protocol/number_text.hpp"
#include "protocol/utf8.hpp"
#include "support/primitive_types.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace merganser {
namespace {

LeafColumn Leaf(ColumnPath path, DataTypePtr type) {
	return LeafColumn {path, path, std::move(type)};
}

std::vector<LeafColumn> EveryType() {
	return {
	    Leaf({"l"}, DataType::Primitive(TypeKind::LONG)),
	    Leaf({"i"}, DataType::Primitive(TypeKind::INTEGER)),
	    Leaf({"f"}, DataType::Primitive(TypeKind::FLOAT)),
	    Leaf({"d"}, DataType::Primitive(TypeKind::DOUBLE)),
	    Leaf({"p"}, DataType::Decimal(10, 2)),
	    Leaf({"q"}, DataType::Decimal(38, 4)),
	    Leaf({"s"}, DataType::Primitive(TypeKind::STRING)),
	    Leaf({"n", "a"}, DataType::Primitive(TypeKind::DATE)),
	    Leaf({"n", "b", "c"}, DataType::Primitive(TypeKind::TIMESTAMP)),
	    Leaf({"n", "z"}, DataType::Primitive(TypeKind::TIMESTAMP_NTZ)),
	    Leaf({"o"}, DataType::Primitive(TypeKind::BOOLEAN)),
	    Leaf({"y"}, DataType::Primitive(TypeKind::BINARY)),
	};
}

ColumnStatistics One(const DataTypePtr &type, const std::string &value) {
	std::vector<LeafColumn> leaves = {Leaf({"c"}, type)};
	return ParseStatistics("{\"minValues\":{\"c\":" + value + "},\"maxValues\":{\"c\":" + value +
	                           "},\"nullCount\":{\"c\":3}}",
	                       leaves)
	    .columns.at(0);
}

TEST(FileStatistics, ReadsWhatSparkWrites) {
	auto leaves = EveryType();
	auto statistics = ParseStatistics(
	    R"({"numRecords":5,"minValues":{"l":-9223372036854775808,"i":-1,"f":1.1,"d":-2.5E-3,"p":-0.05,)"
	    R"("q":12345678901234567890123456789012.0001,)"
	    R"("s":"a\u00e9\n","n":{"a":"2020-02-29","b":{"c":"2020-01-01T00:00:00.123Z"},)"
	    R"("z":"2020-01-01T00:00:00.123"}},)"
	    R"("maxValues":{"l":9223372036854775807,"n":{"b":{"c":"2020-01-01T01:00:00.123+01:00"},)"
	    R"("z":"2020-01-01 00:00:00.5"}},)"
	    R"("nullCount":{"l":0,"n":{"a":5,"b":{"c":1}},"o":2,"y":4},"tightBounds":false,"new":{"x":[1,{"y":2}]}})",
	    leaves);
	EXPECT_EQ(statistics.num_records, 5);
	EXPECT_FALSE(statistics.tight_bounds);
	auto &columns = statistics.columns;
	EXPECT_EQ(columns[0].min, Scalar(std::numeric_limits<int64_t>::min()));
	EXPECT_EQ(columns[0].max, Scalar(std::numeric_limits<int64_t>::max()));
	EXPECT_EQ(columns[0].null_count, 0);
	EXPECT_EQ(columns[1].min, Scalar(int64_t(-1)));
	EXPECT_EQ(columns[1].max, std::nullopt);
	EXPECT_EQ(columns[2].min, Scalar(double(1.1f)));
	EXPECT_EQ(columns[3].min, Scalar(-0.0025));
	EXPECT_EQ(columns[4].min, Scalar(Int128(-5)));
	EXPECT_EQ(columns[5].min, Scalar(*TryParseDecimal("123456789012345678901234567890120001", 38, 0)));
	EXPECT_EQ(columns[6].min, Scalar(std::string("a\xC3\xA9\n")));
	EXPECT_EQ(columns[7].min, Scalar(int64_t(18321)));
	EXPECT_EQ(columns[7].null_count, 5);
	EXPECT_EQ(columns[8].min, Scalar(int64_t(1577836800123000)));
	EXPECT_EQ(columns[8].max, Scalar(int64_t(1577836800123999)));
	EXPECT_EQ(columns[9].min, Scalar(int64_t(1577836800123000)));
	EXPECT_EQ(columns[9].max, Scalar(int64_t(1577836800500999)));
	EXPECT_EQ(columns[10].null_count, 2);
	EXPECT_EQ(columns[11].null_count, 4);
}

TEST(FileStatistics, NumbersAreExact) {
	EXPECT_EQ(One(LONG, "9223372036854775807").min, Scalar(std::numeric_limits<int64_t>::max()));
	EXPECT_EQ(One(LONG, "-9223372036854775808").min, Scalar(std::numeric_limits<int64_t>::min()));
	EXPECT_EQ(One(LONG, "9007199254740993").min, Scalar(int64_t(9007199254740993)));
	EXPECT_EQ(One(LONG, "9223372036854775808").min, std::nullopt);
	EXPECT_EQ(One(LONG, "1.0").min, std::nullopt);
	EXPECT_EQ(One(DataType::Primitive(TypeKind::BYTE), "128").min, std::nullopt);
	EXPECT_EQ(One(DataType::Decimal(18, 0), "999999999999999999").min, Scalar(Int128(999999999999999999)));
	EXPECT_EQ(One(DataType::Decimal(38, 2), "1.5E3").min, Scalar(Int128(150000)));
	EXPECT_EQ(One(DataType::Decimal(38, 2), "0.1e1").min, Scalar(Int128(100)));
	EXPECT_EQ(One(DataType::Decimal(38, 2), "1.005").min, std::nullopt);
	EXPECT_EQ(One(DataType::Decimal(38, 2), "1.500").min, Scalar(Int128(150)));
	EXPECT_EQ(One(DataType::Decimal(4, 2), "100").min, std::nullopt);
	EXPECT_EQ(One(DataType::Decimal(4, 2), "\"1.25\"").min, Scalar(Int128(125)));
	EXPECT_EQ(One(DOUBLE, "0.1").min, Scalar(0.1));
	EXPECT_EQ(One(DOUBLE, "17976931348623157e292").min, Scalar(std::numeric_limits<double>::max()));
	EXPECT_EQ(One(DOUBLE, "4.9E-324").min, Scalar(4.9e-324));
	EXPECT_EQ(One(DOUBLE, "1e999").min, std::nullopt);
	EXPECT_EQ(One(FLOAT, "16777217").min, Scalar(16777216.0));
	EXPECT_EQ(One(FLOAT, "3.4028235e38").min, Scalar(double(std::numeric_limits<float>::max())));
}

TEST(FileStatistics, FloatingBoundsAreCareful) {
	EXPECT_TRUE(std::signbit(std::get<double>(*One(DOUBLE, "0.0").min)));
	EXPECT_FALSE(std::signbit(std::get<double>(*One(DOUBLE, "-0.0").max)));
	EXPECT_EQ(One(DOUBLE, "\"NaN\"").min, std::nullopt);
	EXPECT_EQ(One(DOUBLE, "\"-Infinity\"").min, Scalar(-std::numeric_limits<double>::infinity()));
	std::vector<LeafColumn> widened = {Leaf({"c"}, DOUBLE)};
	widened[0].widened_from_float = true;
	auto column = ParseStatistics(R"({"minValues":{"c":1.1},"maxValues":{"c":1.1}})", widened).columns[0];
	EXPECT_EQ(column.min, Scalar(1.1));
	EXPECT_EQ(column.max, Scalar(double(1.1f)));
}

TEST(FileStatistics, DatesAndTimestamps) {
	EXPECT_EQ(One(DATE, "\"1969-12-31\"").min, Scalar(int64_t(-1)));
	EXPECT_EQ(One(DATE, "\"2021-02-29\"").min, std::nullopt);
	EXPECT_EQ(One(DATE, "\"+10000-01-31\"").min, Scalar(int64_t(2932927)));
	EXPECT_EQ(One(DATE, "20200101").min, std::nullopt);
	EXPECT_EQ(One(TIMESTAMP, "\"2020-01-01 00:00:00+00\"").min, Scalar(int64_t(1577836800000000)));
	EXPECT_EQ(One(TIMESTAMP, "\"2020-01-31T00:00:00.000-08:00\"").max, Scalar(int64_t(1580457600000999)));
	EXPECT_EQ(One(TIMESTAMP, "\"294247-01-10T04:00:54.774Z\"").max, Scalar(int64_t(9223372036854774999)));
	EXPECT_EQ(One(TIMESTAMP, "\"294247-01-10T04:00:54.775Z\"").max, std::nullopt);
	EXPECT_EQ(One(NTZ, "\"2020-01-01\"").min, Scalar(int64_t(1577836800000000)));
	EXPECT_EQ(One(NTZ, "\"2020-01-01T00:00:00.000+01:00\"").min, std::nullopt);
}

TEST(FileStatistics, NothingKnownFromDamage) {
	auto leaves = EveryType();
	for (std::string bad :
	     {"", "null", "[]", "{", "{\"numRecords\":5", "{\"numRecords\":5}x", "{\"numRecords\":05}",
	      "{\"numRecords\":5,}", "{\"numRecords\":5,\"minValues\":{\"l\":1,\"s\":\"\xFF\"}}",
	      "{\"numRecords\":5,\"x\":\"\\u12\"}", "{\"numRecords\":5,\"x\":1.}", "{\"numRecords\":5,\"x\":nul}",
	      "{\"numRecords\":5,\"x\":\"a\nb\"}", "{\"numRecords\":5,\"x\":\"\\ud800\"}", "{\"numRecords\":5,\"x\":-}"}) {
		auto statistics = ParseStatistics(bad, leaves);
		EXPECT_EQ(statistics.num_records, std::nullopt) << bad;
		ASSERT_EQ(statistics.columns.size(), leaves.size());
		for (auto &column : statistics.columns) {
			EXPECT_FALSE(column.min || column.max || column.null_count) << bad;
		}
	}
	auto deep = "{\"numRecords\":5,\"x\":" + std::string(100000, '[') + "}";
	EXPECT_EQ(ParseStatistics(deep, leaves).num_records, std::nullopt);
}

TEST(FileStatistics, WrongKindsAreUnknownAlone) {
	std::vector<LeafColumn> leaves = {Leaf({"a"}, LONG), Leaf({"s"}, STRING)};
	auto statistics =
	    ParseStatistics(R"({"numRecords":-1,"minValues":{"a":"x","s":1,"a":7},"maxValues":{"a":{"b":1},"s":"z"},)"
	                    R"("nullCount":{"a":-1,"s":1.5},"tightBounds":1})",
	                    leaves);
	EXPECT_EQ(statistics.num_records, std::nullopt);
	EXPECT_FALSE(statistics.tight_bounds);
	EXPECT_EQ(statistics.columns[0].min, std::nullopt);
	EXPECT_EQ(statistics.columns[0].max, std::nullopt);
	EXPECT_EQ(statistics.columns[0].null_count, std::nullopt);
	EXPECT_EQ(statistics.columns[1].min, std::nullopt);
	EXPECT_EQ(statistics.columns[1].max, Scalar(std::string("z")));
	EXPECT_EQ(statistics.columns[1].null_count, std::nullopt);
}

TEST(FileStatistics, WritesAsSparkDoes) {
	auto leaves = EveryType();
	FileStatistics statistics;
	statistics.num_records = 9;
	statistics.columns.resize(leaves.size());
	auto set = [&](size_t column, Scalar min, Scalar max) {
		statistics.columns[column].min = std::move(min);
		statistics.columns[column].max = std::move(max);
		statistics.columns[column].null_count = int64_t(column);
	};
	set(0, int64_t(-5), std::numeric_limits<int64_t>::max());
	set(2, double(1.1f), std::numeric_limits<double>::infinity());
	set(3, std::numeric_limits<double>::quiet_NaN(), 1e300);
	set(4, Int128(-5), Int128(1234));
	set(6, std::string(40, 'a'), std::string(40, 'a'));
	set(7, int64_t(-1), int64_t(0));
	set(8, int64_t(-1), int64_t(1577836800123456));
	set(9, int64_t(0), int64_t(999));
	set(10, false, true);
	auto a32 = std::string(32, 'a');
	auto json = WriteStatistics(statistics, leaves);
	EXPECT_EQ(json,
	          R"({"numRecords":9,"minValues":{"l":-5,"f":1.1,"p":-0.05,"s":")" + a32 +
	              R"(","n":{"a":"1969-12-31","b":{"c":"1969-12-31T23:59:59.999Z"},"z":"1970-01-01T00:00:00.000"}},)" +
	              R"("maxValues":{"l":9223372036854775807,"d":1e+300,"p":12.34,"s":")" + std::string(31, 'a') +
	              R"(b","n":{"a":"1970-01-01","b":{"c":"2020-01-01T00:00:00.123Z"},"z":"1970-01-01T00:00:00.000"}},)" +
	              R"("nullCount":{"l":0,"f":2,"d":3,"p":4,"s":6,"n":{"a":7,"b":{"c":8},"z":9},"o":10},)"
	              R"("tightBounds":true})");
	auto read = ParseStatistics(json, leaves);
	EXPECT_EQ(read.columns[8].min, Scalar(int64_t(-1000)));
	EXPECT_EQ(read.columns[8].max, Scalar(int64_t(1577836800123999)));
	EXPECT_EQ(read.columns[10].null_count, 10);
}

TEST(FileStatistics, LongStringsStayBounds) {
	std::vector<LeafColumn> leaves = {Leaf({"s"}, STRING)};
	FileStatistics statistics;
	statistics.columns.resize(1);
	auto check = [&](const std::string &value, bool has_max) {
		statistics.columns[0] = {Scalar(value), Scalar(value), 0};
		auto column = ParseStatistics(WriteStatistics(statistics, leaves), leaves).columns[0];
		ASSERT_TRUE(column.min);
		EXPECT_LE(std::get<std::string>(*column.min), value);
		EXPECT_EQ(column.max.has_value(), has_max);
		if (column.max) {
			EXPECT_GE(std::get<std::string>(*column.max), value);
			EXPECT_TRUE(IsUtf8(std::get<std::string>(*column.max)));
		}
	};
	std::string largest = "\xF4\x8F\xBF\xBF", most_largest;
	for (int i = 0; i < 40; i++) {
		most_largest += largest;
	}
	check(std::string(33, 'z'), true);
	check(most_largest, false);
	check("a" + most_largest, true);
	check(std::string(31, 'x') + "\xED\x9F\xBFyyy", true);
	statistics.columns[0] = {Scalar(std::string("\xFF")), Scalar(std::string("\xFF")), 0};
	EXPECT_EQ(WriteStatistics(statistics, leaves),
	          R"({"minValues":{},"maxValues":{},"nullCount":{"s":0},"tightBounds":true})");
}

void ExpectSame(const FileStatistics &left, const FileStatistics &right, const std::string &json) {
	EXPECT_EQ(left.num_records, right.num_records) << json;
	EXPECT_EQ(left.tight_bounds, right.tight_bounds) << json;
	ASSERT_EQ(left.columns.size(), right.columns.size());
	for (size_t i = 0; i < left.columns.size(); i++) {
		EXPECT_EQ(left.columns[i].min, right.columns[i].min) << i << json;
		EXPECT_EQ(left.columns[i].max, right.columns[i].max) << i << json;
		EXPECT_EQ(left.columns[i].null_count, right.columns[i].null_count) << i << json;
	}
}

TEST(StatisticsReader, EqualsTheFullParse) {
	std::vector<LeafColumn> leaves = {Leaf({"a"}, LONG), Leaf({"s"}, STRING), Leaf({"d"}, DATE),
	                                  Leaf({"n", "x"}, DOUBLE)};
	std::string texts[] = {
	    R"({"numRecords":1,"minValues":{"a":1,"s":"x","d":"2020-01-01","n":{"x":1.5}},"nullCount":{"a":0}})",
	    R"({"numRecords":22,"minValues":{"a":-5,"s":"","d":"2020-01-31","n":{"x":-15e3}},"nullCount":{"a":7}})",
	    R"({"numRecords":22,"minValues":{"a":null,"s":"\u00e9\"","d":"0020-1-1","n":{"x":"NaN"}},)"
	    R"("nullCount":{"a":null}})",
	    R"({"numRecords":22,"minValues":{"a":1,"s":")"
	    "\xC3\xA9"
	    R"(","d":5,"n":{"x":0.30000000000000004}},"nullCount":{"a":7}})",
	    R"({"numRecords":22,"minValues":{"s":"x"},"nullCount":{"a":7}})",
	    R"({"numRecords":22,"minValues":{"a":1,"s":"x","d":"2020-01-01","n":{"x":1.5}},"nullCount":{"a":0})",
	    R"({"numRecords":22,"minValues":{"a":1,"s":"x","d":"2020-01-01","n":{"x":[1.5]}},"nullCount":{"a":0}})",
	    R"({"numRecords":22,"minValues":{"a":{},"s":"x","d":"2020-01-01","n":{"x":1.5}},"nullCount":{"a":0}})",
	    "{ \"numRecords\" : 3 , \"tightBounds\" : false }",
	    "{}",
	    "",
	    R"({"numRecords":1,"minValues":{"a":1,"a":2}})",
	    R"({"numRecords":1,"minValues":{"a":3,"a":4}})",
	};
	StatisticsReader reader(leaves);
	for (int round = 0; round < 3; round++) {
		for (auto &first : texts) {
			for (auto &second : texts) {
				ExpectSame(reader.Read(first), ParseStatistics(first, leaves), first);
				ExpectSame(reader.Read(second), ParseStatistics(second, leaves), second);
			}
		}
	}
}

TEST(StatisticsReader, RawBoundsNeedNoScalar) {
	auto leaves = EveryType();
	StatisticsReader reader(leaves);
	std::string json = R"({"numRecords":2,"minValues":{"p":-0.05,"q":1.5,"s":"abc","d":2.5,"n":{"a":"1970-01-02"}},)"
	                   R"("nullCount":{"p":1}})";
	auto &raw = reader.ReadRaw(json);
	EXPECT_EQ(raw.num_records, 2);
	EXPECT_EQ(raw.columns[4].min.integer, -5);
	EXPECT_EQ(raw.columns[4].null_count, 1);
	EXPECT_EQ(raw.columns[5].min.decimal, 15000);
	EXPECT_EQ(raw.columns[6].min.text, "abc");
	EXPECT_EQ(raw.columns[3].min.number, 2.5);
	EXPECT_EQ(raw.columns[7].min.integer, 1);
	EXPECT_FALSE(raw.columns[7].max.known);
	EXPECT_EQ(raw.columns[7].null_count, -1);
}

} // namespace
} // namespace merganser
