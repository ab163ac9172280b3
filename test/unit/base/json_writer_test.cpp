#include "base/json_writer.hpp"

#include "base/error.hpp"
#include "base/json.hpp"

#include <gtest/gtest.h>
#include <limits>

using namespace merganser;

namespace {

std::string Quoted(std::string_view text) {
	return JsonWriter().String(text).Take();
}

} // namespace

TEST(JsonWriter, PlacesCommasAndColons) {
	JsonWriter json;
	json.StartObject();
	json.Key("a").Int(1).Key("b").StartArray().Int(2).StartObject().EndObject().StartArray().EndArray().EndArray();
	json.Key("c").StartObject().Key("d").Null().EndObject().Key("e").Bool(true);
	json.Key("f").Raw("[1]").Key("g").Bool(false);
	json.EndObject();
	EXPECT_EQ(json.Take(), R"({"a":1,"b":[2,{},[]],"c":{"d":null},"e":true,"f":[1],"g":false})");
	EXPECT_EQ(json.StartArray().Int(1).EndArray().Take(), "[1]") << "reusable after Take";
}

TEST(JsonWriter, EscapesWhatJsonForbids) {
	EXPECT_EQ(Quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
	EXPECT_EQ(Quoted("\b\t\n\f\r"), R"("\b\t\n\f\r")");
	EXPECT_EQ(Quoted(std::string("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
	EXPECT_EQ(JsonWriter().StartObject().Key("q\"\n").Int(0).EndObject().Take(), R"({"q\"\n":0})");
}

TEST(JsonWriter, KeepsUtf8AndReplacesWhatIsNot) {
	const std::string valid = "é 中 \xF0\x9F\xA6\x86 \xEF\xBF\xBF \xF4\x8F\xBF\xBF \xED\x9F\xBF";
	EXPECT_EQ(Quoted(valid), "\"" + valid + "\"");
	const std::string bad = "\xEF\xBF\xBD";
	EXPECT_EQ(Quoted("a\xFFz"), "\"a" + bad + "z\"");
	EXPECT_EQ(Quoted("\xC3"), "\"" + bad + "\"") << "truncated";
	EXPECT_EQ(Quoted("\xC3("), "\"" + bad + "(\"");
	EXPECT_EQ(Quoted("\xC0\xAF"), "\"" + bad + bad + "\"") << "overlong";
	EXPECT_EQ(Quoted("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"") << "surrogate";
	EXPECT_EQ(Quoted("\xF4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"") << "above U+10FFFF";
	EXPECT_EQ(Quoted("\xE4\xB8"), "\"" + bad + bad + "\"");
}

TEST(JsonWriter, EveryTwoBytesGiveValidJson) {
	JsonParser parser;
	for (int first = 0; first < 256; ++first) {
		for (int second = 0; second < 256; second += 5) {
			const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
			const std::string json = "[" + Quoted(std::string_view(bytes, 2)) + "]";
			ASSERT_NO_THROW(parser.Parse(json, "pair")) << first << " " << second;
		}
	}
}

TEST(JsonWriter, NumbersReadBackEqual) {
	EXPECT_EQ(JsonWriter().Int(std::numeric_limits<int64_t>::min()).Take(), "-9223372036854775808");
	EXPECT_EQ(JsonWriter().Int(std::numeric_limits<int64_t>::max()).Take(), "9223372036854775807");
	EXPECT_EQ(JsonWriter().Double(5).Take(), "5.0");
	EXPECT_EQ(JsonWriter().Double(-0.0).Take(), "-0.0");
	EXPECT_EQ(JsonWriter().Double(0.1).Take(), "0.1");
	for (const double value : {1e22, 1.7976931348623157e308, 5e-324, 1.0 / 3, -123456789.125, 9007199254740993.0}) {
		const auto text = JsonWriter().Double(value).Take();
		EXPECT_EQ(ParseJson(text, "number").Root().TryDouble(), value) << text;
	}
}

TEST(JsonWriter, RefusesMisuse) {
	EXPECT_THROW(JsonWriter().Double(std::numeric_limits<double>::infinity()), Error);
	EXPECT_THROW(JsonWriter().Double(std::numeric_limits<double>::quiet_NaN()), Error);
	EXPECT_THROW(JsonWriter().StartObject().Take(), Error);
	EXPECT_THROW(JsonWriter().EndObject(), Error);
}
