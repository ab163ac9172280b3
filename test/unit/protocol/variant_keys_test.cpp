#include "base/error.hpp"
#include "base/random.hpp"
#include "protocol/variant_keys.hpp"

#include <gtest/gtest.h>
#include <string>

namespace merganser {

namespace {

using std::operator""s;

struct Variant {
	std::string metadata;
	std::string value;

	Variant Ordered() const {
		auto ordered = *this;
		OrderVariantKeys({ordered.metadata.data(), ordered.metadata.size()},
		                 {ordered.value.data(), ordered.value.size()});
		return ordered;
	}
};

//! {"b": 1, "a": "x"} as DuckDB writes it: sorted it calls the names that are not.
const Variant TWO_FIELDS {"\x11\x02\x00\x01\x02"
                          "ba"s,
                          "\x02\x02\x00\x01\x00\x05\x07\x14\x01\x00\x00\x00\x05x"s};

} // namespace

TEST(VariantKeysTest, FieldsAreOrderedAndValuesStay) {
	const auto ordered = TWO_FIELDS.Ordered();
	EXPECT_EQ(ordered.metadata, "\x01\x02\x00\x01\x02"
	                            "ba"s);
	EXPECT_EQ(ordered.value, "\x02\x02\x01\x00\x05\x00\x07\x14\x01\x00\x00\x00\x05x"s);
	const auto again = ordered.Ordered();
	EXPECT_EQ(again.metadata + again.value, ordered.metadata + ordered.value);
}

TEST(VariantKeysTest, SortedNamesStaySorted) {
	const Variant sorted {"\x11\x02\x00\x01\x02"
	                      "ab"s,
	                      TWO_FIELDS.value};
	EXPECT_EQ(sorted.Ordered().metadata, sorted.metadata);
	EXPECT_EQ(sorted.Ordered().value, sorted.value);
}

TEST(VariantKeysTest, ObjectsInListsAndObjects) {
	// [{"b": {"z": 1, "y": 2}, "a": null}]
	const Variant nested {"\x01\x04\x00\x01\x02\x03\x04"
	                      "bazy"s,
	                      "\x03\x01\x00\x13"s + "\x02\x02\x00\x01\x00\x0B\x0C"s +
	                          "\x02\x02\x02\x03\x00\x02\x04\x0C\x01\x0C\x02"s + "\x00"s};
	EXPECT_EQ(nested.Ordered().value, "\x03\x01\x00\x13"s + "\x02\x02\x01\x00\x0B\x00\x0C"s +
	                                      "\x02\x02\x03\x02\x02\x00\x04\x0C\x01\x0C\x02"s + "\x00"s);
}

TEST(VariantKeysTest, WhatHoldsNothingStays) {
	for (const auto &value : {"\x00"s, "\x05x"s, "\x0C\x07"s, "\x02\x00\x00"s, "\x03\x00\x00"s}) {
		const Variant plain {"\x11\x00\x00"s, value};
		EXPECT_EQ(plain.Ordered().value, value);
		EXPECT_EQ(plain.Ordered().metadata, plain.metadata);
	}
}

TEST(VariantKeysTest, TimesAndNanosecondsAreRefused) {
	for (uint8_t type = 0; type <= 20; type++) {
		const Variant list {"\x11\x00\x00"s, "\x03\x01\x00\x11"s + char(type << 2) + std::string(16, '\0')};
		const bool is_refused = type >= 17 && type <= 19;
		try {
			list.Ordered();
			EXPECT_FALSE(is_refused) << int(type);
		} catch (const Error &error) {
			EXPECT_TRUE(is_refused && error.kind == ErrorKind::UNSUPPORTED) << int(type) << error.what();
		}
	}
}

TEST(VariantKeysTest, WideNumbers) {
	// is_large, ids of two bytes, offsets of three.
	const Variant wide {"\x51\x02\x00\x00\x00\x01\x00\x02\x00"
	                    "ba"s,
	                    "\x5A\x02\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x00\x02\x00\x00\x00\x04"s};
	EXPECT_EQ(wide.Ordered().value,
	          "\x5A\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04"s);
}

TEST(VariantKeysTest, WrongBytesAreAnError) {
	const auto fails = [](const Variant &variant) {
		try {
			variant.Ordered();
		} catch (const Error &error) {
			return error.kind == ErrorKind::CORRUPT;
		}
		return false;
	};
	EXPECT_TRUE(fails({"", "\x00"s}));
	EXPECT_TRUE(fails({TWO_FIELDS.metadata, ""}));
	for (size_t length = 1; length < 7; length++) {
		EXPECT_TRUE(fails({TWO_FIELDS.metadata.substr(0, length - 1), TWO_FIELDS.value})) << length;
		EXPECT_TRUE(fails({TWO_FIELDS.metadata, TWO_FIELDS.value.substr(0, length)})) << length;
	}
	EXPECT_TRUE(fails({"\x11\x01\x00\x01"
	                   "b"s,
	                   TWO_FIELDS.value}))
	    << "a field without a name";
	SeededRandom random(7);
	for (int i = 0; i < 20000; i++) {
		auto damaged = TWO_FIELDS;
		auto &text = random.Below(2) ? damaged.metadata : damaged.value;
		text[random.Below(text.size())] = char(random.Below(256));
		fails(damaged);
	}
}

} // namespace merganser
