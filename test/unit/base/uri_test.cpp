#include "base/uri.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

using namespace merganser;

TEST(Uri, DecodesPercent) {
	EXPECT_EQ(PercentDecode("a%20b%2Fc%c3%A9"), "a b/cé");
	EXPECT_EQ(PercentDecode("%2520"), "%20") << "once only";
	EXPECT_EQ(PercentDecode("a+b"), "a+b");
	EXPECT_EQ(PercentDecode(""), "");
	EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
	for (const char *bad : {"%", "a%", "%2", "%zz", "%2g", "x%-1", "%%20"}) {
		try {
			PercentDecode(bad);
			ADD_FAILURE() << bad;
		} catch (const Error &error) {
			EXPECT_EQ(error.kind, ErrorKind::CORRUPT);
			EXPECT_NE(std::string(error.what()).find(bad), std::string::npos);
		}
	}
}

TEST(Uri, EncodesAndRoundTripsEveryByte) {
	EXPECT_EQ(PercentEncodePath("p=a b/c%d#e?f"), "p=a%20b/c%25d%23e%3Ff");
	EXPECT_EQ(PercentEncodePath("é"), "%C3%A9");
	EXPECT_EQ(PercentEncodePath("t=12:30+01"), "t=12%3A30%2B01");
	EXPECT_EQ(PercentEncodePath("part-00000_x.~y/z=1"), "part-00000_x.~y/z=1");
	std::string all;
	for (int byte = 0; byte < 256; ++byte) {
		all += static_cast<char>(byte);
	}
	const auto encoded = PercentEncodePath(all);
	EXPECT_EQ(PercentDecode(encoded), all);
	for (const char byte : encoded) {
		EXPECT_TRUE(byte > 0x20 && byte < 0x7F) << byte;
		EXPECT_EQ(std::string_view("#?\"<>\\^`{|}[]:+;").find(byte), std::string_view::npos) << byte;
	}
}

TEST(Uri, KnowsAbsolutePaths) {
	for (const char *path : {"/", "/a", "s3://b/k", "file:/a", "file:///a", "abfss://c@h/x", "a1+.-:/x"}) {
		EXPECT_TRUE(IsAbsolutePath(path)) << path;
	}
	for (const char *path : {"", "a", "a/b", "p=1/x:/y", "t=a:b", "1s:/x", ":/x", "a:", "a:b/c", "./a"}) {
		EXPECT_FALSE(IsAbsolutePath(path)) << path;
	}
}

TEST(Uri, JoinsAndSplits) {
	EXPECT_EQ(JoinPath("a", "b"), "a/b");
	EXPECT_EQ(JoinPath("a/", "/b"), "a/b");
	EXPECT_EQ(JoinPath("/", "b"), "/b");
	EXPECT_EQ(JoinPath("", "b"), "b");
	EXPECT_EQ(JoinPath("a", ""), "a");
	EXPECT_EQ(JoinPath("s3://b", "k/x"), "s3://b/k/x");
	EXPECT_EQ(FileNameOf("a/b/c"), "c");
	EXPECT_EQ(FileNameOf("c"), "c");
	EXPECT_EQ(FileNameOf("a/"), "");
	EXPECT_EQ(ParentOf("a/b/c"), "a/b");
	EXPECT_EQ(ParentOf("c"), "");
	EXPECT_EQ(ParentOf("/c"), "");
}

TEST(Uri, SeesPathsThatClimbOut) {
	for (const char *path : {"", "a", "a/../b", "a/..", "./a", "a//b", "a/b/../../c", "..a/b", "a..", "..."}) {
		EXPECT_TRUE(StaysInside(path)) << path;
	}
	for (const char *path : {"..", "../a", "a/../..", "a/../../a", "./..", "a//../..", "/a", "/"}) {
		EXPECT_FALSE(StaysInside(path)) << path;
	}
}
