#include "base/json.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"

#include <gtest/gtest.h>

using namespace merganser;

namespace {

//! The message of the CORRUPT error, empty when nothing or something else was thrown.
template <class ACTION>
std::string CorruptMessage(ACTION action) {
	try {
		action();
	} catch (const Error &error) {
		return error.kind == ErrorKind::CORRUPT ? error.what() : "";
	}
	return "";
}

bool Contains(const std::string &text, std::string_view part) {
	return text.find(part) != std::string::npos;
}

std::string Nested(size_t depth) {
	return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST(Json, ReadsEveryKind) {
	const auto document =
	    ParseJson(R"( {"s":"a\u00e9\n","i":-7,"d":1.5,"t":true,"f":false,"n":null,"a":[1],"o":{}} )", "x");
	const auto root = document.Root();
	EXPECT_EQ(root.Kind(), JsonKind::OBJECT);
	EXPECT_EQ(root.GetString("s"), "aé\n");
	EXPECT_EQ(root.GetInt("i"), -7);
	EXPECT_EQ(root.Get("d").TryDouble(), 1.5);
	EXPECT_EQ(root.Get("i").TryDouble(), -7.0);
	EXPECT_EQ(root.FindBool("t"), true);
	EXPECT_EQ(root.FindBool("f"), false);
	EXPECT_EQ(root.Get("a").Kind(), JsonKind::ARRAY);
	EXPECT_EQ(root.Get("o").Kind(), JsonKind::OBJECT);
	EXPECT_EQ(root.Get("d").Kind(), JsonKind::DOUBLE);
	EXPECT_EQ(root.Get("d").TryInt(), std::nullopt);
	EXPECT_EQ(root.Get("s").TryBool(), std::nullopt);
	EXPECT_EQ(root.Get("i").TryString(), std::nullopt);
}

TEST(Json, NullAndMissingMembersAreAbsent) {
	const auto document = ParseJson(R"({"n":null})", "x");
	const auto root = document.Root();
	EXPECT_FALSE(root.Find("n"));
	EXPECT_FALSE(root.Find("m"));
	EXPECT_FALSE(root.FindString("n"));
	EXPECT_FALSE(root.FindInt("m"));
	EXPECT_FALSE(root.FindBool("m"));
	EXPECT_EQ((*root.Members().begin()).key, "n") << "but a loop shows the null";
}

TEST(Json, ErrorsNameSourceAndKey) {
	const auto document = ParseJson(R"({"a":"text","n":null})", "7.json");
	const auto root = document.Root();
	const auto wrong = CorruptMessage([&]() { root.FindInt("a"); });
	EXPECT_TRUE(Contains(wrong, "7.json") && Contains(wrong, "'a'") && Contains(wrong, "a string")) << wrong;
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.GetString("zz"); }), "'zz' is missing"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.GetInt("n"); }), "'n' is missing"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.FindBool("a"); }), "a boolean"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.Get("a").Find("b"); }), "expected an object"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.Elements(); }), "expected an array"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.AsString(); }), "expected a string"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.AsInt(); }), "integer"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.AsBool(); }), "boolean"));
	EXPECT_TRUE(Contains(CorruptMessage([&]() { root.ThrowCorrupt("why"); }), "7.json: why"));
}

TEST(Json, LoopsOverMembersAndElements) {
	const auto document = ParseJson(R"({"a":[1,[2,3],{"x":4}],"b":{"c":{"d":5}},"e":6.5,"f":[]})", "x");
	std::string seen;
	for (const auto member : document.Root().Members()) {
		seen += std::string(member.key) + "=" + member.value.Minify() + ";";
	}
	EXPECT_EQ(seen, R"(a=[1,[2,3],{"x":4}];b={"c":{"d":5}};e=6.5;f=[];)");
	seen.clear();
	for (const JsonValue element : document.Root().Get("a").Elements()) {
		seen += element.Minify() + ";";
	}
	EXPECT_EQ(seen, R"(1;[2,3];{"x":4};)");
	for (const JsonValue element : document.Root().Get("f").Elements()) {
		ADD_FAILURE() << element.Minify();
	}
}

TEST(Json, MinifyKeepsMeaning) {
	const std::string text =
	    R"({"s":"q\"\u0001é","n":[null,true,-9223372036854775808,18446744073709551615,1e300,-0.0]})";
	EXPECT_EQ(ParseJson(text, "x").Root().Minify(),
	          "{\"s\":\"q\\\"\\u0001é\",\"n\":[null,true,-9223372036854775808,18446744073709551615,1e+300,-0.0]}");
	EXPECT_EQ(ParseJson("  { \"a\" : [ 1 , 2 ] } ", "x").Root().Minify(), R"({"a":[1,2]})");
}

TEST(Json, RefusesWhatIsNotJson) {
	for (const char *text :
	     {"",   " ", "{",           "{\"a\":",  "{\"a\":1",  "{\"a\":\"", "[1,]", "{} {}",  "nul",   "01",
	      "1.", "-", "\"\\ud800\"", "\"\xFF\"", "{\"a\" 1}", "[1 2]",     "'a'",  "\"\n\"", "{a:1}", "1e999"}) {
		EXPECT_TRUE(Contains(CorruptMessage([&]() { ParseJson(text, "bad.json"); }), "bad.json")) << text;
	}
	EXPECT_TRUE(Contains(CorruptMessage([&]() { ParseJson(std::string_view(), "none"); }), "none"));
}

TEST(Json, EveryTruncationOfALineIsRefused) {
	const std::string line = R"({"add":{"path":"a%20b","size":12,"stats":"{\"numRecords\":1}","tags":{"k":null}}})";
	JsonParser parser;
	EXPECT_NO_THROW(parser.Parse(line, "whole"));
	for (size_t length = 0; length < line.size(); ++length) {
		EXPECT_NE(CorruptMessage([&]() { parser.Parse(line.substr(0, length), "cut"); }), "") << length;
		EXPECT_NE(CorruptMessage([&]() { parser.ParseNumbersAsText(line.substr(0, length), "cut"); }), "") << length;
	}
	EXPECT_NO_THROW(parser.Parse(line, "whole")) << "a parser works on after an error";
}

TEST(Json, DepthIsBounded) {
	EXPECT_NO_THROW(ParseJson(Nested(limits::JSON_DEPTH_MAX - 1), "deep").Root().Minify());
	EXPECT_NE(CorruptMessage([&]() { ParseJson(Nested(limits::JSON_DEPTH_MAX + 1), "deep"); }), "");
	EXPECT_NE(CorruptMessage([&]() { ParseJson(Nested(1000000), "deep"); }), "");
	EXPECT_NE(CorruptMessage([&]() { ParseJson(std::string(1000000, '['), "deep"); }), "");
	std::string objects;
	for (int level = 0; level < 1000000; ++level) {
		objects += "{\"a\":";
	}
	EXPECT_NE(CorruptMessage([&]() { ParseJson(objects, "deep"); }), "");
}

TEST(Json, ParserIsReusedForLongerAndShorterTexts) {
	JsonParser parser;
	for (const size_t length : {10u, 100000u, 5u, 4096u, 4097u, 300000u, 1u}) {
		const std::string text(length, 'x');
		EXPECT_EQ(parser.Parse("[\"" + text + "\"]", "line").Minify(), "[\"" + text + "\"]");
	}
}

TEST(Json, IntegersBeyond64BitsKeepTheirDigits) {
	const auto document =
	    ParseJson(R"({"a":123456789012345678901,"b":9223372036854775807,"c":"9 \" 123456789012345678901","d":-1.5,)"
	              R"("e":-123456789012345678901})",
	              "x");
	const auto root = document.Root();
	EXPECT_EQ(root.GetString("a"), "123456789012345678901");
	EXPECT_EQ(root.GetInt("b"), INT64_MAX) << "its neighbours stay numbers";
	EXPECT_EQ(root.GetString("c"), "9 \" 123456789012345678901");
	EXPECT_EQ(root.Get("d").TryDouble(), -1.5);
	EXPECT_EQ(root.GetString("e"), "-123456789012345678901");
	const auto above = ParseJson("18446744073709551615", "x");
	EXPECT_EQ(above.Root().Kind(), JsonKind::DOUBLE);
	EXPECT_EQ(above.Root().TryInt(), std::nullopt);
	EXPECT_EQ(above.Root().TryDouble(), 18446744073709551615.0);
}

TEST(Json, NumbersAsTextKeepTheirSpelling) {
	JsonParser parser;
	const auto root = parser.ParseNumbersAsText(
	    R"({"d":12345678901234567890.1230,"n":-0,"e":1E+5,"s":"7","t":true,"a":[1,{"b":2.50}]})", "x");
	EXPECT_EQ(root.GetString("d"), "12345678901234567890.1230");
	EXPECT_EQ(root.GetString("n"), "-0");
	EXPECT_EQ(root.GetString("e"), "1E+5");
	EXPECT_EQ(root.GetString("s"), "7");
	EXPECT_EQ(root.FindBool("t"), true);
	EXPECT_EQ(root.Get("a").Minify(), R"(["1",{"b":"2.50"}])");
}

TEST(Json, DocumentsMove) {
	auto first = ParseJson("[1]", "x");
	const auto root = first.Root();
	const auto second = std::move(first);
	EXPECT_EQ(root.Minify(), "[1]") << "values follow the buffers, not the object";
	EXPECT_EQ(second.Root().Minify(), "[1]");
}
