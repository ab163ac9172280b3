#include "protocol/file_statistics.hpp"
#include "support/protocol_fuzz.hpp"

#include <deque>

using namespace merganser;

static const std::vector<std::string> TEXTS = {
    R"({"numRecords":5,"minValues":{"l":-9223372036854775808,"f":1.1,"d":-2.5E-3,"p":-0.05,)"
    R"("q":12345678901234567890123456789012.0001,"s":"a\u00e9\n","n":{"a":"2020-02-29",)"
    R"("b":"2020-01-01T00:00:00.123Z"},"z":"2020-01-01T00:00:00.123","o":true},)"
    R"("maxValues":{"l":9223372036854775807,"f":3.4,"d":1.7976931348623157E308,"p":12.5,"q":1,"s":"plain text",)"
    R"("n":{"a":"2020-03-01","b":"2020-01-01T01:00:00.123+01:00"},"z":"2020-01-01 00:00:00.5","o":true},)"
    R"("nullCount":{"l":0,"n":{"a":5,"b":1},"o":2},"tightBounds":true})",
    R"({"numRecords":77,"minValues":{"l":1,"s":"b"},"maxValues":{"l":2,"s":"c"},"nullCount":{"l":0,"s":0}})",
    R"({"numRecords":0,"minValues":{},"maxValues":{},"nullCount":{}})",
};
static const std::vector<std::string> PIECES = {
    "null",
    "true",
    "false",
    "\"",
    "\\",
    "\\u0041",
    "\\ud83d\\ude00",
    "{}",
    "[]",
    "{",
    "}",
    ",",
    ":",
    " ",
    "\n",
    "-",
    ".",
    "0",
    "99999999999999999999",
    "1e5",
    "1E-400",
    "\"NaN\"",
    "\"-Infinity\"",
    "\xC3\xA9",
    "\xFF",
    "\"l\":",
    "\"s\":\"x\",",
    "2020-01-31",
    "0001-01-01",
    "+10000-01-01",
    "-0.0",
};

static std::vector<LeafColumn> Leaves() {
	auto leaf = [](ColumnPath path, DataTypePtr type) {
		return LeafColumn {path, path, std::move(type)};
	};
	std::vector<LeafColumn> leaves = {
	    leaf({"l"}, DataType::Primitive(TypeKind::LONG)),
	    leaf({"f"}, DataType::Primitive(TypeKind::FLOAT)),
	    leaf({"d"}, DataType::Primitive(TypeKind::DOUBLE)),
	    leaf({"p"}, DataType::Decimal(10, 2)),
	    leaf({"q"}, DataType::Decimal(38, 4)),
	    leaf({"s"}, DataType::Primitive(TypeKind::STRING)),
	    leaf({"n", "a"}, DataType::Primitive(TypeKind::DATE)),
	    leaf({"n", "b"}, DataType::Primitive(TypeKind::TIMESTAMP)),
	    leaf({"z"}, DataType::Primitive(TypeKind::TIMESTAMP_NTZ)),
	    leaf({"o"}, DataType::Primitive(TypeKind::BOOLEAN)),
	    leaf({"w"}, DataType::Primitive(TypeKind::DOUBLE)),
	};
	leaves.back().widened_from_float = true;
	return leaves;
}

static void CheckSame(const FileStatistics &left, const FileStatistics &right, const std::string &text) {
	FuzzCheck(left.num_records == right.num_records && left.tight_bounds == right.tight_bounds,
	          "the reader counts as the parser", text);
	FuzzCheck(left.columns.size() == right.columns.size(), "one entry per leaf", text);
	for (size_t i = 0; i < left.columns.size(); i++) {
		auto &one = left.columns[i], &other = right.columns[i];
		FuzzCheck(one.min == other.min && one.max == other.max && one.null_count == other.null_count,
		          "the reader reads as the parser", text);
	}
}

//! Replaces one scalar of a good text, so that learned layouts are met with unusual values.
static std::string ChangeValue(FuzzInput &input, std::string text) {
	auto at = text.find(':', input.Below(text.size()));
	if (at == std::string::npos || at + 1 >= text.size() || text[at + 1] == '{') {
		return text;
	}
	auto end = text.find_first_of(",}", at);
	return text.replace(at + 1, end - at - 1, input.OneOf(PIECES));
}

int main(int argc, char **argv) {
	auto leaves = Leaves();
	StatisticsReader reader(leaves);
	return RunFuzz(argc, argv, [&](FuzzInput &input) {
		auto &good = input.OneOf(TEXTS);
		auto text = input.Below(20) == 0  ? input.Bytes(60)
		            : input.Below(2) == 0 ? ChangeValue(input, good)
		                                  : input.Mutate(good, PIECES);
		// An exact allocation, so that a read behind its end is seen.
		std::vector<char> exact(text.begin(), text.end());
		auto parsed = ParseStatistics(std::string_view(exact.data(), exact.size()), leaves);
		CheckSame(reader.Read(std::string_view(exact.data(), exact.size())), parsed, text);
		CheckSame(reader.Read(good), ParseStatistics(good, leaves), good);
		auto written = WriteStatistics(parsed, leaves);
		auto again = ParseStatistics(written, leaves);
		FuzzCheck(again.num_records == parsed.num_records, "what is written can be read", written);
		FuzzCheck(WriteStatistics(ParseStatistics(written, leaves), leaves).size() > 0, "what is read can be written",
		          written);
	});
}
