#include "base/error.hpp"
#include "protocol/schema.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

std::string Column(const std::string &type, const std::string &metadata = "{}") {
	return R"({"type":"struct","fields":[{"name":"c","type":)" + type + R"(,"nullable":true,"metadata":)" + metadata +
	       "}]}";
}

ErrorKind SchemaError(const std::string &json, std::string *message = nullptr) {
	try {
		ParseSchema(json);
	} catch (const Error &error) {
		if (message) {
			*message = error.what();
		}
		return error.kind;
	}
	ADD_FAILURE() << "no error for " << json;
	return ErrorKind::INTERNAL;
}

TEST(Schema, KnowsEveryPrimitiveSpelling) {
	for (std::string name :
	     {"boolean", "byte", "short", "integer", "long", "float", "double", "string", "binary", "date", "timestamp",
	      "timestamp_ntz", "variant", "void", "decimal(1,0)", "decimal(38,38)", "decimal(10,2)"}) {
		auto json = Column("\"" + name + "\"");
		auto schema = ParseSchema(json);
		EXPECT_EQ(schema.fields.at(0).type->ToString(), name);
		EXPECT_EQ(WriteSchema(schema), json);
	}
	EXPECT_EQ(ParseSchema(Column("\"decimal\"")).fields[0].type->ToString(), "decimal(10,0)");
	EXPECT_EQ(ParseSchema(Column("\"decimal(7, 3)\"")).fields[0].type->ToString(), "decimal(7,3)");
}

TEST(Schema, NamesTheTypeThatItDoesNotKnow) {
	for (std::string name :
	     {"geometry", "interval year to month", "decimal(39,0)", "decimal(3,4)", "decimal(a)", "varchar(5)"}) {
		std::string message;
		EXPECT_EQ(SchemaError(Column("\"" + name + "\""), &message), ErrorKind::UNSUPPORTED) << name;
		EXPECT_NE(message.find(name), std::string::npos) << message;
		EXPECT_NE(message.find("'c'"), std::string::npos) << message;
	}
	EXPECT_EQ(SchemaError(Column(R"({"type":"udt","class":"x"})")), ErrorKind::UNSUPPORTED);
}

TEST(Schema, ReadsNestedTypesAndKeepsMetadata) {
	auto json = R"({"type":"struct","fields":[{"name":"s","type":{"type":"struct","fields":[{"name":"a",)"
	            R"("type":{"type":"array",)"
	            R"("elementType":{"type":"map","keyType":"string","valueType":"long","valueContainsNull":false},)"
	            R"("containsNull":true},)"
	            R"("nullable":false,"metadata":{}}]},"nullable":true,"metadata":{"comment":"a \"b\"",)"
	            R"("delta.columnMapping.id":5,)"
	            R"("delta.columnMapping.physicalName":"col-1","other":{"x":[1,null,"y"]}}}]})";
	auto schema = ParseSchema(json);
	EXPECT_EQ(WriteSchema(schema), json);
	EXPECT_EQ(ParseSchema(WriteSchema(schema)), schema);
	auto &field = schema.fields[0];
	EXPECT_EQ(field.type->ToString(), "struct<a: array<map<string, long>>>");
	EXPECT_EQ(field.PhysicalName(), "col-1");
	EXPECT_EQ(field.FieldId(), 5);
	EXPECT_EQ(field.MetadataString("comment"), "a \"b\"");
	EXPECT_EQ(field.MetadataString("other"), std::nullopt);
	EXPECT_EQ(field.MetadataString("missing"), std::nullopt);
	auto changed = field;
	changed.SetMetadataString("comment", "new\nline");
	EXPECT_EQ(changed.MetadataString("comment"), "new\nline");
	EXPECT_FALSE(changed == field);
}

TEST(Schema, NamesAreUniqueAndFoundRegardlessOfCase) {
	auto schema = ParseSchema(R"({"type":"struct","fields":[{"name":"Ab","type":"long","nullable":true,)"
	                          R"("metadata":{}},)"
	                          R"({"name":"c","type":"long"}]})");
	EXPECT_EQ(schema.IndexOf("aB"), 0u);
	EXPECT_EQ(schema.Find("C")->name, "c");
	EXPECT_EQ(schema.Find("d"), nullptr);
	EXPECT_EQ(SchemaError(R"({"type":"struct","fields":[{"name":"Ab","type":"long"},{"name":"aB","type":"long"}]})"),
	          ErrorKind::CORRUPT);
}

TEST(Schema, RefusesDamage) {
	EXPECT_EQ(SchemaError("{}"), ErrorKind::CORRUPT);
	EXPECT_EQ(SchemaError("\"long\""), ErrorKind::CORRUPT);
	EXPECT_EQ(SchemaError(R"({"type":"array","elementType":"long","containsNull":true})"), ErrorKind::CORRUPT);
	EXPECT_EQ(SchemaError(R"({"type":"struct","fields":[{"type":"long"}]})"), ErrorKind::CORRUPT);
	EXPECT_EQ(SchemaError(R"({"type":"struct","fields":[{"name":"a"}]})"), ErrorKind::CORRUPT);
	EXPECT_EQ(SchemaError(R"({"type":"struct"})"), ErrorKind::CORRUPT);
	std::string deep = "\"long\"";
	for (int i = 0; i < 1000; i++) {
		deep = R"({"type":"array","elementType":)" + deep + "}";
	}
	EXPECT_EQ(SchemaError(Column(deep)), ErrorKind::CORRUPT);
}

TEST(Schema, LeavesAreReachedThroughStructsOnly) {
	auto schema = ParseSchema(
	    R"({"type":"struct","fields":[{"name":"a","type":"long"},{"name":"s","type":{"type":"struct","fields":[)"
	    R"({"name":"x","type":"double","metadata":{"delta.columnMapping.physicalName":"p",)"
	    R"("delta.typeChanges":[{"fromType":"float","toType":"double"}]}},)"
	    R"({"name":"y","type":{"type":"array","elementType":"long"}},{"name":"v","type":"void"}]}},)"
	    R"({"name":"m","type":{"type":"map","keyType":"long","valueType":"long"}},{"name":"z","type":"string"}]})");
	auto leaves = LeafColumns(schema);
	ASSERT_EQ(leaves.size(), 3u);
	EXPECT_EQ(leaves[0].physical_path, ColumnPath {"a"});
	EXPECT_EQ(leaves[1].physical_path, (ColumnPath {"s", "p"}));
	EXPECT_EQ(leaves[1].logical_path, (ColumnPath {"s", "x"}));
	EXPECT_TRUE(leaves[1].widened_from_float);
	EXPECT_EQ(leaves[2].physical_path, ColumnPath {"z"});
	EXPECT_FALSE(leaves[2].widened_from_float);
}

} // namespace
} // namespace merganser
