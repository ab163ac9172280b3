#include "protocol/schema_evolution.hpp"

#include "base/error.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/schema_change.hpp"

#include "wide_table.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

DataTypePtr Text() {
	return DataType::Primitive(TypeKind::STRING);
}

TableConfiguration Evolved(const TableConfiguration &table, const std::vector<StructField> &source) {
	return Open(table, EvolveTable(From(table), source));
}

TEST(EvolveTable, AddsColumnsAndFieldsLast) {
	auto table = WideTable();
	auto evolved = Evolved(
	    table, {Field("new", Text()), Field("S", DataType::Struct({Field("z", Long()), Field("x", Integer())})),
	            Field("l", DataType::Array(DataType::Struct({Field("w", Text())}), true)),
	            Field("m", DataType::Map(Text(), DataType::Struct({Field("u", Text()), Field("v", Integer())}), true)),
	            Field("ID", Integer())});
	auto &fields = evolved.GetSchema().fields;
	ASSERT_EQ(fields.size(), 6u);
	EXPECT_EQ(fields.back().name, "new");
	EXPECT_TRUE(fields.back().nullable);
	EXPECT_EQ(fields[2].type->ToString(), "struct<x: integer, y: integer, z: long>");
	EXPECT_EQ(fields[3].type->element->ToString(), "struct<z: integer, w: string>");
	EXPECT_EQ(fields[4].type->element->ToString(), "struct<v: integer, u: string>");
	EXPECT_TRUE(evolved.GetProtocol() == table.GetProtocol());
}

TEST(EvolveTable, ChangesNothingWhereNothingIsNew) {
	auto table = WideTable();
	auto same = EvolveTable(From(table), {Field("P", Integer()), Field("s", nullptr), Field("id", Long()),
	                                      Field("l", Text()), Field("m", DataType::Struct({Field("a", Text())}))});
	EXPECT_FALSE(same.Changes(table));
	EXPECT_FALSE(EvolveTable(From(table), {}).Changes(table));
}

TEST(EvolveTable, NewColumnThatIsTwiceInTheSourceIsAddedOnce) {
	auto evolved = Evolved(WideTable(), {Field("a", Text()), Field("A", Long())});
	EXPECT_EQ(evolved.GetSchema().fields.size(), 6u);
}

TEST(EvolveTable, MappedTableGivesIdsAtAnyDepth) {
	auto table = WideTable();
	auto mapped = Open(table, RenameField(From(table), {"id"}, "number"));
	auto before = mapped.PropertyInt("delta.columnMapping.maxColumnId", 0);
	auto evolved = Evolved(mapped, {Field("new", DataType::Struct({Field("inner", Text())})),
	                                Field("s", DataType::Struct({Field("z", Long())}))});
	EXPECT_EQ(evolved.PropertyInt("delta.columnMapping.maxColumnId", 0), before + 3);
	auto &added = evolved.GetSchema().fields.back();
	EXPECT_TRUE(added.FieldId());
	EXPECT_NE(added.PhysicalName(), added.name);
	EXPECT_TRUE(added.type->fields[0].FieldId());
	EXPECT_TRUE(evolved.GetSchema().Find("s")->type->fields.back().FieldId());
	EXPECT_EQ(evolved.GetSchema().Find("number")->PhysicalName(), "id");
}

TEST(EvolveTable, TypeOfANewColumnBringsItsFeature) {
	auto evolved = Evolved(WideTable(), {Field("at", DataType::Primitive(TypeKind::TIMESTAMP_NTZ))});
	EXPECT_TRUE(evolved.HasFeature("timestampNtz"));
}

TEST(EvolveTable, NamesOfTheChangeFeedAreItsOwn) {
	auto table = WideTable({{"delta.enableChangeDataFeed", "true"}}, Wide(), Legacy(1, 4));
	ExpectTableError(ErrorKind::INVALID_INPUT, "_change_type",
	                 [&] { EvolveTable(From(table), {Field("_change_type", Text())}); });
}

//! With the property and the feature, as SET … makes it.
TableConfiguration WideningTable(StringMap configuration = {}) {
	auto protocol = Legacy(3, 7);
	protocol.reader_features = std::vector<std::string> {"typeWidening"};
	protocol.writer_features = std::vector<std::string> {"typeWidening", "checkConstraints"};
	configuration["delta.enableTypeWidening"] = "true";
	return WideTable(std::move(configuration), Wide(), protocol);
}

TEST(EvolveTable, TakesWiderTypesWhereTheTableWidens) {
	auto wide = DataType::Struct({Field("x", Long()), Field("y", DataType::Primitive(TypeKind::SHORT))});
	auto evolved =
	    Evolved(WideningTable(), {Field("id", Long()), Field("s", wide),
	                              Field("l", DataType::Array(DataType::Struct({Field("z", Long())}), true))});
	auto &fields = evolved.GetSchema().fields;
	EXPECT_EQ(fields[0].type->kind, TypeKind::LONG);
	EXPECT_TRUE(fields[0].metadata.contains("delta.typeChanges"));
	EXPECT_EQ(fields[2].type->ToString(), "struct<x: long, y: integer>");
	EXPECT_EQ(fields[3].type->element->ToString(), "struct<z: long>");
}

TEST(EvolveTable, KeepsTypesThatValuesAreCastTo) {
	auto table = WideningTable({{"delta.constraints.positive", "id > 0"}});
	std::vector<StructField> source {Field("id", Long()), Field("p", Long()),
	                                 Field("s", DataType::Struct({Field("x", DataType::Decimal(38, 0)),
	                                                              Field("y", DataType::Primitive(TypeKind::DOUBLE))}))};
	EXPECT_FALSE(EvolveTable(From(table), source).Changes(table));
}

} // namespace
} // namespace merganser
