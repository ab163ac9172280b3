#include "protocol/row_tracking.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

TableConfiguration TrackedTable(StringMap properties) {
	properties["delta.enableRowTracking"] = "true";
	NameRowTrackingColumns(properties, [] { return std::string("1"); });
	Schema schema;
	schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
	schema = AssignColumnMapping(schema, properties, [] { return std::string("2"); });
	Metadata metadata;
	metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration = properties;
	return TableConfiguration("t", SmallestProtocol(schema, properties), metadata);
}

} // namespace

//! Under every mapping the columns stand behind the table's own, by their names alone: other engines give them no ids.
TEST(RowTrackingConfiguration, ColumnsAreNotMapped) {
	for (const char *mode : {"none", "name", "id"}) {
		auto table = TrackedTable({{"delta.columnMapping.mode", mode}});
		table.CheckWritable();
		auto tracked = RowTrackingConfiguration(table);
		auto &fields = tracked->GetSchema().fields;
		ASSERT_EQ(fields.size(), 3u) << mode;
		EXPECT_TRUE(fields[0] == table.GetSchema().fields[0]) << mode;
		EXPECT_EQ(fields[1].PhysicalName(), "_row-id-col-1");
		EXPECT_EQ(fields[2].PhysicalName(), "_row-commit-version-col-1");
		for (size_t i = 1; i < fields.size(); i++) {
			EXPECT_EQ(fields[i].type->kind, TypeKind::LONG);
			EXPECT_TRUE(fields[i].nullable);
			EXPECT_FALSE(fields[i].FieldId()) << mode;
		}
	}
}

TEST(RowTrackingConfiguration, NamesOnceGivenStay) {
	StringMap before {{"delta.rowTracking.materializedRowIdColumnName", "a"},
	                  {"delta.rowTracking.materializedRowCommitVersionColumnName", "b"}};
	StringMap properties {{"delta.enableRowTracking", "TRUE"}};
	KeepRowTrackingNames(before, properties);
	NameRowTrackingColumns(properties, [] { return std::string("new"); });
	EXPECT_EQ(properties.at("delta.rowTracking.materializedRowIdColumnName"), "a");
	EXPECT_EQ(properties.at("delta.rowTracking.materializedRowCommitVersionColumnName"), "b");
	StringMap off {{"delta.enableRowTracking", "false"}};
	NameRowTrackingColumns(off, [] { return std::string("new"); });
	EXPECT_EQ(off.size(), 1u);
}

} // namespace merganser
