#include "base/error.hpp"
#include "protocol/generated_columns.hpp"
#include "protocol/identity_columns.hpp"

#include "support/expect_error.hpp"
#include "support/legacy_protocol.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace merganser {
namespace {

constexpr int64_t BIGINT_MIN = std::numeric_limits<int64_t>::min();
constexpr int64_t BIGINT_MAX = std::numeric_limits<int64_t>::max();

StructField Field(const std::string &name, std::map<std::string, std::string> metadata = {},
                  TypeKind kind = TypeKind::LONG) {
	return StructField {name, DataType::Primitive(kind), true, std::move(metadata)};
}

std::map<std::string, std::string> Keys(const std::string &start, const std::string &step, const std::string &allow) {
	return {
	    {"delta.identity.start", start}, {"delta.identity.step", step}, {"delta.identity.allowExplicitInsert", allow}};
}

StructField Identity(const std::string &name, int64_t start, int64_t step, std::optional<int64_t> mark = {}) {
	auto field = Field(name, Keys(std::to_string(start), std::to_string(step), "false"));
	if (mark) {
		field.metadata["delta.identity.highWaterMark"] = std::to_string(*mark);
	}
	return field;
}

Metadata MetadataOf(const Schema &schema) {
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = WriteSchema(schema);
	return metadata;
}

std::vector<IdentityColumn> Read(const StructField &field, int32_t writer_version = 6) {
	const Schema schema {{Field("v"), field}};
	return IdentityColumnsOf(TableConfiguration("t", Legacy(1, writer_version), MetadataOf(schema)));
}

std::string KeptMark(const StructField &current, const StructField &restored) {
	const auto kept =
	    ParseSchema(KeepHighWaterMarks(WriteSchema(Schema {{current}}), WriteSchema(Schema {{restored}})));
	const auto mark = kept.fields[0].metadata.find("delta.identity.highWaterMark");
	return mark == kept.fields[0].metadata.end() ? "" : mark->second;
}

TEST(IdentityColumns, AreReadWhereTheProtocolHasThem) {
	const auto columns = Read(Identity("id", 5, -2, -1));
	ASSERT_EQ(columns.size(), 1u);
	EXPECT_EQ(columns[0].field, 1u);
	EXPECT_EQ(columns[0].start, 5);
	EXPECT_EQ(columns[0].step, -2);
	EXPECT_EQ(columns[0].high_water_mark, -1);
	EXPECT_FALSE(columns[0].allows_given_values);
	EXPECT_TRUE(Read(Field("id", Keys("1", "1", "true")))[0].allows_given_values);
	EXPECT_TRUE(Read(Identity("id", 5, -2, -1), 5).empty()) << "writer version 5 knows nothing of them";
}

TEST(IdentityColumns, BrokenOnesAreNamed) {
	auto broken = [](const std::string &part, const StructField &field, ErrorKind kind = ErrorKind::CORRUPT) {
		ExpectError(kind, part, [&] { Read(field); });
		ExpectError(kind, "column num", [&] { Read(field); });
		const Schema schema {{Field("v"), field}};
		const TableConfiguration table("t", Legacy(1, 6), MetadataOf(schema));
		ExpectError(ErrorKind::UNSUPPORTED, part, [&] { table.CheckWritable(); });
	};
	auto without = [](const char *key) {
		auto keys = Keys("1", "1", "false");
		keys.erase(key);
		return Field("num", keys);
	};
	broken("delta.identity.start", without("delta.identity.start"));
	broken("delta.identity.step", without("delta.identity.step"));
	broken("delta.identity.allowExplicitInsert", without("delta.identity.allowExplicitInsert"));
	broken("delta.identity.start", Field("num", Keys("\"1\"", "1", "false")));
	broken("delta.identity.start", Field("num", Keys("9223372036854775808", "1", "false")));
	broken("allowExplicitInsert", Field("num", Keys("1", "1", "7")));
	auto bad_mark = Identity("num", 1, 1);
	bad_mark.metadata["delta.identity.highWaterMark"] = "null";
	broken("highWaterMark", bad_mark);
	broken("step 0", Identity("num", 1, 0), ErrorKind::INVALID_INPUT);
	broken("integer", Field("num", Keys("1", "1", "false"), TypeKind::INTEGER), ErrorKind::INVALID_INPUT);
}

TEST(IdentityColumns, SetOnesAreReadBack) {
	auto field = Field("id");
	SetIdentity(field, {.field = 0, .start = BIGINT_MIN, .step = 7, .allows_given_values = true});
	const auto column = Read(field).at(0);
	EXPECT_EQ(column.start, BIGINT_MIN);
	EXPECT_EQ(column.step, 7);
	EXPECT_FALSE(column.high_water_mark);
	EXPECT_TRUE(column.allows_given_values);
	ExpectError(ErrorKind::INVALID_INPUT, "step 0", [&] { SetIdentity(field, {.step = 0}); });
	auto text = Field("name", {}, TypeKind::STRING);
	ExpectError(ErrorKind::INVALID_INPUT, "BIGINT", [&] { SetIdentity(text, {}); });
	ExpectError(ErrorKind::INVALID_INPUT, "\"id\"", [&] { CheckNoIdentity(Schema {{field, text}}, {"id"}); });
	CheckNoIdentity(Schema {{field, text}}, {"name"});
}

TEST(IdentityColumns, GenerateNoOtherColumns) {
	auto twice = Field("twice", {{"delta.generationExpression", "\"id * 2\""}});
	ExpectError(ErrorKind::UNSUPPORTED, "identity column \"id\"", [&] {
		GeneratedColumnsOf(Schema {{Identity("id", 1, 1), twice}});
	});
}

struct NumberingCase {
	const char *name;
	int64_t start, step;
	std::optional<int64_t> mark;
	int64_t first;
};

const NumberingCase NUMBERINGS[] = {
    {"First", 1, 1, {}, 1},
    {"Next", 1, 1, 41, 42},
    {"Steps", 10, 5, 25, 30},
    {"Down", -1, -3, -7, -10},
    // Marks of others may be anything: no number is given out twice, none is before the start.
    {"BetweenNumbers", 10, 5, 26, 30},
    {"BetweenNumbersDown", 0, -4, -5, -8},
    {"BeforeStart", 10, 5, 3, 10},
    {"BeforeStartDown", 10, -5, 12, 10},
    {"AtStart", 10, 5, 10, 15},
    {"WideRange", BIGINT_MIN, 1, 0, 1},
};

class Numbering : public testing::TestWithParam<NumberingCase> {};

TEST_P(Numbering, GoesOnBehindTheMark) {
	const auto &test = GetParam();
	IdentityNumbers numbers({.start = test.start, .step = test.step, .high_water_mark = test.mark});
	EXPECT_FALSE(numbers.Last());
	EXPECT_EQ(numbers.TryTake(1), test.first);
	EXPECT_EQ(numbers.Last(), test.first);
	EXPECT_EQ(numbers.TryTake(3), test.first + test.step);
	EXPECT_EQ(numbers.Last(), test.first + 3 * test.step);
	EXPECT_EQ(numbers.TryTake(1), test.first + 4 * test.step);
}

INSTANTIATE_TEST_SUITE_P(Each, Numbering, testing::ValuesIn(NUMBERINGS),
                         [](const testing::TestParamInfo<NumberingCase> &info) { return info.param.name; });

TEST(IdentityNumbers, EndWithBigint) {
	IdentityNumbers numbers({.start = BIGINT_MAX - 2, .step = 1});
	EXPECT_FALSE(numbers.TryTake(4)) << "all or none";
	EXPECT_FALSE(numbers.Last());
	EXPECT_EQ(numbers.TryTake(3), BIGINT_MAX - 2);
	EXPECT_EQ(numbers.Last(), BIGINT_MAX);
	EXPECT_FALSE(numbers.TryTake(1));
	EXPECT_FALSE(IdentityNumbers({.start = 0, .step = 1, .high_water_mark = BIGINT_MAX}).TryTake(1));
	EXPECT_FALSE(IdentityNumbers({.start = 0, .step = BIGINT_MIN, .high_water_mark = BIGINT_MIN}).TryTake(1));
	IdentityNumbers wide({.start = BIGINT_MIN, .step = BIGINT_MAX});
	EXPECT_EQ(wide.TryTake(3), BIGINT_MIN);
	EXPECT_EQ(wide.Last(), BIGINT_MAX - 1);
	EXPECT_FALSE(wide.TryTake(1));
}

TEST(HighWaterMarks, AreWrittenIntoTheSchema) {
	const Schema schema {{Field("v"), Identity("id", 1, 1), Identity("other", 1, 1, 7)}};
	const auto before = MetadataOf(schema);
	const auto after = WithHighWaterMarks(before, {{1, 12}});
	const auto fields = ParseSchema(after.schema_string).fields;
	EXPECT_EQ(fields[1].metadata.at("delta.identity.highWaterMark"), "12");
	EXPECT_EQ(fields[2].metadata.at("delta.identity.highWaterMark"), "7");
	EXPECT_TRUE(MovesHighWaterMarksOnly(before, after));
	EXPECT_FALSE(MovesHighWaterMarksOnly(before, before));
	auto more = after;
	more.configuration["x"] = "y";
	EXPECT_FALSE(MovesHighWaterMarksOnly(before, more));
	auto other_step = Schema {{Field("v"), Identity("id", 1, 2), Identity("other", 1, 1, 7)}};
	EXPECT_FALSE(MovesHighWaterMarksOnly(before, MetadataOf(other_step)));
}

TEST(HighWaterMarks, NeverGoBack) {
	EXPECT_EQ(KeptMark(Identity("id", 1, 1, 9), Identity("id", 1, 1, 4)), "9");
	EXPECT_EQ(KeptMark(Identity("id", 1, 1, 9), Identity("id", 1, 1)), "9");
	EXPECT_EQ(KeptMark(Identity("id", 1, 1, 3), Identity("id", 1, 1, 4)), "4");
	EXPECT_EQ(KeptMark(Identity("id", 1, 1), Identity("id", 1, 1, 4)), "4");
	EXPECT_EQ(KeptMark(Identity("id", 0, -1, -9), Identity("id", 0, -1, -4)), "-9");
	EXPECT_EQ(KeptMark(Identity("other", 1, 1, 9), Identity("id", 1, 1, 4)), "4");
	EXPECT_EQ(KeptMark(Field("id"), Identity("id", 1, 1, 4)), "4");
	// A table of that name was made anew meanwhile, with other numbers.
	EXPECT_EQ(KeptMark(Identity("id", 1, 1, 9), Identity("id", 0, 5, 0)), "10") << "the next of its own";
	EXPECT_EQ(KeptMark(Identity("id", 1, 1, 9), Identity("id", 100, 1)), "") << "has not begun";
	const auto same = WriteSchema(Schema {{Identity("id", 1, 1, 4)}});
	EXPECT_EQ(KeepHighWaterMarks(same, same), same);
}

} // namespace
} // namespace merganser
