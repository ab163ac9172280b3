#include "protocol/schema_change.hpp"

#include "base/error.hpp"
#include "protocol/column_uses.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/type_widening.hpp"

#include "wide_table.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

TEST(AddField, AddsAtAnyDepth) {
	auto table = WideTable();
	auto column = Open(table, AddField(From(table), {}, Field("new", Long())));
	EXPECT_EQ(column.GetSchema().fields.back().name, "new");
	EXPECT_TRUE(column.GetProtocol() == table.GetProtocol());
	EXPECT_EQ(column.MappingMode(), ColumnMappingMode::NONE);
	for (auto &parent : std::vector<ColumnPath> {{"S"}, {"l", "element"}, {"m", "value"}}) {
		auto nested = Open(table, AddField(From(table), parent, Field("new", Long())));
		auto path = parent;
		path.push_back("NEW");
		EXPECT_EQ(FieldAt(nested, path).type->kind, TypeKind::LONG) << PathText(path);
	}
}

TEST(AddField, RefusesWhatCannotBe) {
	auto table = WideTable();
	auto add = [&](const ColumnPath &parent, const std::string &name) {
		return [&table, parent, name] {
			AddField(From(table), parent, Field(name, Long()));
		};
	};
	ExpectTableError(ErrorKind::ALREADY_EXISTS, "\"id\" already", add({}, "ID"));
	ExpectTableError(ErrorKind::ALREADY_EXISTS, "\"S.x\" already", add({"S"}, "X"));
	ExpectTableError(ErrorKind::NOT_FOUND, "\"none\"", add({"none"}, "a"));
	ExpectTableError(ErrorKind::NOT_FOUND, "\"s.none\"", add({"s", "none"}, "a"));
	ExpectTableError(ErrorKind::INVALID_INPUT, "\"id\" is of type integer", add({"id"}, "a"));
	ExpectTableError(ErrorKind::INVALID_INPUT, "its elements are \"l.element\"", add({"l"}, "a"));
	ExpectTableError(ErrorKind::INVALID_INPUT, "\"m.value\"", add({"m"}, "a"));
	ExpectTableError(ErrorKind::INVALID_INPUT, "needs a name", add({}, ""));
}

TEST(AddField, TypeBringsItsFeature) {
	auto table = WideTable();
	auto altered = AddField(From(table), {}, Field("at", DataType::Primitive(TypeKind::TIMESTAMP_NTZ)));
	ASSERT_TRUE(altered.protocol);
	EXPECT_TRUE(Open(table, altered).HasFeature("timestampNtz"));
	EXPECT_TRUE(Open(table, altered).HasFeature("appendOnly"));
}

TEST(AddField, MappedTableGivesANewIdAndName) {
	auto plain = WideTable();
	auto mapped = Open(plain, DropField(From(plain), {"s", "y"}));
	auto again = Open(mapped, AddField(From(mapped), {"s"}, Field("y", Long())));
	auto added = FieldAt(again, {"s", "y"});
	EXPECT_EQ(added.FieldId(), 10);
	EXPECT_EQ(added.PhysicalName().substr(0, 4), "col-");
	EXPECT_EQ(again.Property("delta.columnMapping.maxColumnId"), "10");
}

TEST(AddField, NamesOfTheChangeFeedAreItsOwn) {
	auto table = WideTable({{"delta.enableChangeDataFeed", "true"}}, Wide(), Legacy(1, 4));
	ExpectTableError(ErrorKind::INVALID_INPUT, "_change_type",
	                 [&] { AddField(From(table), {}, Field("_change_type", Long())); });
	ExpectTableError(ErrorKind::INVALID_INPUT, "_Commit_Version",
	                 [&] { RenameField(From(table), {"id"}, "_Commit_Version"); });
}

TEST(RenameField, TurnsMappingOnAndKeepsPhysicalNames) {
	auto table = WideTable();
	auto altered = RenameField(From(table), {"ID"}, "number");
	auto renamed = Open(table, altered);
	EXPECT_EQ(renamed.MappingMode(), ColumnMappingMode::NAME);
	EXPECT_TRUE(renamed.GetProtocol() == Legacy(2, 5));
	auto field = FieldAt(renamed, {"number"});
	EXPECT_EQ(field.PhysicalName(), "id");
	EXPECT_EQ(field.FieldId(), 1);
	// Every field has an id, and every other one is called as before.
	for (auto &path : std::vector<ColumnPath> {{"p"}, {"s", "y"}, {"l", "element", "z"}, {"m", "value", "v"}}) {
		EXPECT_EQ(FieldAt(renamed, path).PhysicalName(), path.back());
		EXPECT_TRUE(FieldAt(renamed, path).FieldId());
	}
	EXPECT_EQ(renamed.Property("delta.columnMapping.maxColumnId"), "9");
}

TEST(RenameField, SecondTimeChangesTheNameOnly) {
	auto table = WideTable();
	auto once = Open(table, RenameField(From(table), {"s", "x"}, "a"));
	auto altered = RenameField(From(once), {"S", "A"}, "b");
	EXPECT_FALSE(altered.protocol);
	auto twice = Open(once, altered);
	EXPECT_EQ(FieldAt(twice, {"s", "b"}).PhysicalName(), "x");
	EXPECT_EQ(FieldAt(twice, {"s", "b"}).FieldId(), FieldAt(once, {"s", "a"}).FieldId());
}

TEST(RenameField, PartitionColumnsAndPropertiesFollow) {
	auto table = WideTable({{"delta.dataSkippingStatsColumns", "s.x, id"}, {"merganser.sortedBy", "[\"ID\"]"}});
	auto partition = Open(table, RenameField(From(table), {"p"}, "part"));
	EXPECT_EQ(partition.GetMetadata().partition_columns, std::vector<std::string> {"part"});
	EXPECT_EQ(partition.PartitionColumns(), std::vector<size_t> {1});
	auto column = Open(table, RenameField(From(table), {"id"}, "a number"));
	EXPECT_EQ(column.Property("delta.dataSkippingStatsColumns"), "s.x,`a number`");
	EXPECT_EQ(column.Property("merganser.sortedBy"), "[\"a number\"]");
	auto nested = Open(table, RenameField(From(table), {"s"}, "st"));
	EXPECT_EQ(nested.Property("delta.dataSkippingStatsColumns"), "st.x,id");
	EXPECT_EQ(nested.StatisticsLeaves().size(), 2u);
	EXPECT_EQ(nested.Property("merganser.sortedBy"), "[\"ID\"]");
}

TEST(RenameField, NamesAreFreeRegardlessOfCase) {
	auto table = WideTable();
	ExpectTableError(ErrorKind::ALREADY_EXISTS, "\"p\"", [&] { RenameField(From(table), {"id"}, "P"); });
	ExpectTableError(ErrorKind::NOT_FOUND, "\"s.q\"", [&] { RenameField(From(table), {"s", "q"}, "r"); });
	ExpectTableError(ErrorKind::INVALID_INPUT, "needs a name", [&] { RenameField(From(table), {"id"}, ""); });
	EXPECT_EQ(Open(table, RenameField(From(table), {"id"}, "ID")).GetSchema().fields[0].name, "ID");
	EXPECT_FALSE(RenameField(From(table), {"ID"}, "id").Changes(table));
}

TEST(RenameField, ListedFeaturesGetOneMore) {
	auto protocol = Legacy(3, 7);
	protocol.reader_features = {"deletionVectors"};
	protocol.writer_features = {"deletionVectors"};
	auto table = WideTable({}, Wide(), protocol);
	auto altered = RenameField(From(table), {"id"}, "number");
	ASSERT_TRUE(altered.protocol);
	EXPECT_EQ(altered.protocol->reader_features, (std::vector<std::string> {"columnMapping", "deletionVectors"}));
	EXPECT_EQ(altered.protocol->writer_features, (std::vector<std::string> {"columnMapping", "deletionVectors"}));
	protocol = Legacy(1, 7);
	protocol.writer_features = {"inCommitTimestamp"};
	auto writers_only = WideTable({}, Wide(), protocol);
	altered = RenameField(From(writers_only), {"id"}, "number");
	ASSERT_TRUE(altered.protocol);
	EXPECT_EQ(altered.protocol->min_reader_version, 2);
	EXPECT_FALSE(altered.protocol->reader_features);
	EXPECT_EQ(altered.protocol->writer_features, (std::vector<std::string> {"columnMapping", "inCommitTimestamp"}));
}

TEST(DropField, IsGoneAndLeavesItsIdBehind) {
	auto table = WideTable({{"delta.dataSkippingStatsColumns", "s.y,id"}});
	auto dropped = Open(table, DropField(From(table), {"s", "Y"}));
	EXPECT_EQ(dropped.GetSchema().Find("s")->type->fields.size(), 1u);
	EXPECT_EQ(dropped.MappingMode(), ColumnMappingMode::NAME);
	EXPECT_EQ(dropped.Property("delta.columnMapping.maxColumnId"), "9");
	EXPECT_EQ(dropped.Property("delta.dataSkippingStatsColumns"), "id");
	EXPECT_FALSE(Open(dropped, DropField(From(dropped), {"id"})).Property("delta.dataSkippingStatsColumns"));
}

TEST(DropField, RefusesWhatTheTableStandsOn) {
	auto table = WideTable({{"merganser.sortedBy", "[\"id\"]"}});
	auto from = From(table);
	from.clustering_columns = {{"s", "y"}};
	auto drop = [&](const ColumnPath &path) {
		return [&from, path] {
			DropField(from, path);
		};
	};
	ExpectTableError(ErrorKind::INVALID_INPUT, "PARTITIONED BY", drop({"P"}));
	ExpectTableError(ErrorKind::INVALID_INPUT, "SORTED BY", drop({"ID"}));
	ExpectTableError(ErrorKind::INVALID_INPUT, "CLUSTER BY", drop({"s", "y"}));
	ExpectTableError(ErrorKind::INVALID_INPUT, "CLUSTER BY", drop({"s"}));
	ExpectTableError(ErrorKind::INVALID_INPUT, "\"l.element.z\" is the last field", drop({"l", "element", "z"}));
	ExpectTableError(ErrorKind::NOT_FOUND, "\"none\"", drop({"none"}));
	EXPECT_NO_THROW(DropField(from, {"s", "x"}));
	Schema two;
	two.fields = {Field("id", Long()), Field("p", Long())};
	auto small = WideTable({}, two);
	ExpectTableError(ErrorKind::INVALID_INPUT, "\"id\" is the last column", [&] { DropField(From(small), {"id"}); });
}

TEST(ColumnUses, ExpressionsHoldTheirColumns) {
	// Such tables are opened for reading only; the edits ask all the same.
	auto table = WideTable({{"delta.constraints.positive", "`ID` > 0 AND note <> 'p'"}}, Wide(), Legacy(1, 3));
	ExpectTableError(ErrorKind::INVALID_INPUT, "CHECK constraint 'positive'",
	                 [&] { CheckIsNotInExpressions(table, {"id"}); });
	EXPECT_NO_THROW(CheckIsNotInExpressions(table, {"p"}));
	auto schema = Wide();
	schema.fields[0].SetMetadataString("delta.generationExpression", "s.x + 1");
	auto generated = WideTable({}, schema, Legacy(1, 4));
	ExpectTableError(ErrorKind::INVALID_INPUT, "generated column \"id\"", [&] {
		CheckIsNotInExpressions(generated, {"s", "x"});
	});
	ExpectTableError(ErrorKind::INVALID_INPUT, "generated column \"id\"",
	                 [&] { CheckIsNotInExpressions(generated, {"id"}); });
	EXPECT_NO_THROW(CheckIsNotInExpressions(generated, {"l"}));
}

TEST(ColumnUses, MentionsNameAsAWholeWord) {
	EXPECT_TRUE(MentionsName("a > 0", "A"));
	EXPECT_TRUE(MentionsName("0 < `a`", "a"));
	EXPECT_TRUE(MentionsName("t.a IS NOT NULL", "a"));
	EXPECT_TRUE(MentionsName("\"a b\" > 1", "a b"));
	EXPECT_FALSE(MentionsName("ab > 0 AND b_a > 0", "a"));
	EXPECT_FALSE(MentionsName("b = 'a'", "a"));
	EXPECT_TRUE(MentionsName("b = 'it''s' AND a", "a"));
	EXPECT_FALSE(MentionsName("", "a"));
}

TEST(SetNullable, ChangesOneField) {
	auto table = WideTable();
	auto strict = Open(table, SetNullable(From(table), {"ID"}, false));
	EXPECT_FALSE(strict.GetSchema().fields[0].nullable);
	EXPECT_TRUE(strict.GetSchema().fields[1].nullable);
	EXPECT_FALSE(SetNullable(From(strict), {"id"}, false).Changes(strict));
	EXPECT_TRUE(Open(strict, SetNullable(From(strict), {"id"}, true)).GetSchema().fields[0].nullable);
	ExpectTableError(ErrorKind::NOT_FOUND, "\"none\"", [&] { SetNullable(From(table), {"none"}, true); });
}

TEST(ChangeFieldType, NotesTheChangeWhereItIs) {
	auto table = WideTable();
	auto once = Open(table, ChangeFieldType(From(table), {"id"}, Long()));
	EXPECT_EQ(FieldAt(once, {"id"}).metadata.at("delta.typeChanges"), R"([{"toType":"long","fromType":"integer"}])");
	EXPECT_TRUE(once.HasFeature("typeWidening"));
	EXPECT_TRUE(once.PropertyBool("delta.enableTypeWidening", false));
	auto twice = Open(once, ChangeFieldType(From(once), {"id"}, DataType::Decimal(20, 0)));
	const std::string first = "[{\"toType\":\"long\",\"fromType\":\"integer\"},";
	const std::string second = "{\"toType\":\"decimal(20,0)\",\"fromType\":\"long\"}]";
	EXPECT_EQ(FieldAt(twice, {"id"}).metadata.at("delta.typeChanges"), first + second);
	EXPECT_FALSE(ChangeFieldType(From(once), {"id"}, Long()).Changes(once));
}

TEST(ChangeFieldType, WidensInsideNestedTypes) {
	Schema schema;
	schema.fields = {
	    Field("a", DataType::Map(Integer(), DataType::Array(Integer(), false), false)),
	    Field("s", DataType::Struct({Field("x", Integer(), {{"comment", "\"kept\""}}), Field("y", Long())})),
	    Field("p", Integer())};
	auto table = WideTable({}, schema);
	auto map =
	    Open(table, ChangeFieldType(From(table), {"a"}, DataType::Map(Long(), DataType::Array(Long(), true), true)));
	auto a = FieldAt(map, {"a"});
	const std::string in_key = R"([{"toType":"long","fromType":"integer","fieldPath":"key"},)";
	const std::string in_value = R"({"toType":"long","fromType":"integer","fieldPath":"value.element"}])";
	EXPECT_EQ(a.metadata.at("delta.typeChanges"), in_key + in_value);
	EXPECT_FALSE(a.type->element_nullable);
	EXPECT_FALSE(a.type->element->element_nullable);
	auto in_struct =
	    Open(table, ChangeFieldType(From(table), {"s"}, DataType::Struct({Field("X", Long()), Field("Y", Long())})));
	auto s = FieldAt(in_struct, {"s"});
	EXPECT_FALSE(s.metadata.contains("delta.typeChanges"));
	EXPECT_EQ(s.type->fields[0].name, "x");
	EXPECT_EQ(s.type->fields[0].metadata.at("comment"), "\"kept\"");
	EXPECT_TRUE(s.type->fields[0].metadata.contains("delta.typeChanges"));
	EXPECT_FALSE(s.type->fields[1].metadata.contains("delta.typeChanges"));
}

TEST(ChangeFieldType, RefusesWhatIsNotWider) {
	auto table = WideTable();
	auto change = [&](const TableConfiguration &of, const ColumnPath &path, DataTypePtr type) {
		return [&of, path, type] {
			ChangeFieldType(From(of), path, type);
		};
	};
	ExpectTableError(ErrorKind::UNSUPPORTED, "\"id\" cannot be changed from integer to string",
	                 change(table, {"id"}, DataType::Primitive(TypeKind::STRING)));
	ExpectTableError(ErrorKind::UNSUPPORTED, "only wider types",
	                 change(table, {"id"}, DataType::Primitive(TypeKind::SHORT)));
	ExpectTableError(ErrorKind::UNSUPPORTED, "ADD, DROP and RENAME COLUMN",
	                 change(table, {"s"}, DataType::Struct({Field("x", Integer())})));
	ExpectTableError(ErrorKind::UNSUPPORTED, "\"l\" cannot be changed", change(table, {"l"}, Long()));
	ExpectTableError(ErrorKind::UNSUPPORTED, "partition column \"p\" cannot become double",
	                 change(table, {"p"}, DataType::Primitive(TypeKind::DOUBLE)));
	EXPECT_NO_THROW(ChangeFieldType(From(table), {"p"}, Long()));
	auto off = WideTable({{"delta.enableTypeWidening", "false"}});
	ExpectTableError(ErrorKind::UNSUPPORTED, "delta.enableTypeWidening is false", change(off, {"id"}, Long()));
}

//! Every pair of primitive types, against the table of PROTOCOL.md, "Type Widening".
TEST(IsWidening, AsTheSpecificationSays) {
	auto of = [](const char *spelling) {
		return PrimitiveTypeOf(spelling);
	};
	const std::pair<const char *, const char *> allowed[] = {{"byte", "short"},
	                                                         {"byte", "integer"},
	                                                         {"byte", "long"},
	                                                         {"short", "integer"},
	                                                         {"short", "long"},
	                                                         {"integer", "long"},
	                                                         {"byte", "double"},
	                                                         {"short", "double"},
	                                                         {"integer", "double"},
	                                                         {"float", "double"},
	                                                         {"date", "timestamp_ntz"},
	                                                         {"byte", "decimal(10,0)"},
	                                                         {"short", "decimal(12,2)"},
	                                                         {"integer", "decimal(10,0)"},
	                                                         {"long", "decimal(20,0)"},
	                                                         {"long", "decimal(22,2)"},
	                                                         {"decimal(5,2)", "decimal(7,4)"},
	                                                         {"decimal(5,2)", "decimal(6,2)"}};
	const std::pair<const char *, const char *> refused[] = {{"long", "double"},
	                                                         {"long", "integer"},
	                                                         {"double", "float"},
	                                                         {"date", "timestamp"},
	                                                         {"timestamp_ntz", "date"},
	                                                         {"integer", "float"},
	                                                         {"integer", "string"},
	                                                         {"integer", "decimal(9,0)"},
	                                                         {"integer", "decimal(10,2)"},
	                                                         {"long", "decimal(19,0)"},
	                                                         {"decimal(5,2)", "decimal(5,3)"},
	                                                         {"decimal(5,2)", "decimal(5,2)"},
	                                                         {"decimal(5,2)", "decimal(7,1)"},
	                                                         {"boolean", "integer"},
	                                                         {"string", "binary"},
	                                                         {"integer", "integer"},
	                                                         {"float", "decimal(38,10)"},
	                                                         {"decimal(5,2)", "double"}};
	for (auto &[from, to] : allowed) {
		EXPECT_TRUE(IsWidening(*of(from), *of(to))) << from << " to " << to;
	}
	for (auto &[from, to] : refused) {
		EXPECT_FALSE(IsWidening(*of(from), *of(to))) << from << " to " << to;
	}
}

TEST(ClusteringColumns, ReadsTheDomain) {
	auto columns = ClusteringColumns(R"({"clusteringColumns":[["col-1"],["s","y"]],"domainName":"delta.clustering"})");
	EXPECT_EQ(columns, (std::vector<ColumnPath> {{"col-1"}, {"s", "y"}}));
	EXPECT_THROW(ClusteringColumns("{}"), Error);
}

} // namespace
} // namespace merganser
