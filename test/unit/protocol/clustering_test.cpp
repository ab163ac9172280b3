#include "protocol/clustering.hpp"

#include "base/error.hpp"
#include "protocol/property_change.hpp"

#include "support/expect_error.hpp"
#include "support/legacy_protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace merganser {
namespace {

StructField PlainField(const std::string &name, TypeKind kind) {
	StructField field;
	field.name = name;
	field.type = DataType::Primitive(kind);
	return field;
}

//! a, b (boolean), s(x, y); the physical names of mapped tables have a `col-` before them.
TableConfiguration ClusterTable(StringMap configuration = {}, std::vector<std::string> partition_columns = {}) {
	Schema schema;
	StructField nested;
	nested.name = "s";
	nested.type = DataType::Struct({PlainField("x", TypeKind::STRING), PlainField("y", TypeKind::DATE)});
	schema.fields = {PlainField("a", TypeKind::LONG), PlainField("b", TypeKind::BOOLEAN), nested};
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = WriteSchema(schema);
	metadata.configuration = std::move(configuration);
	metadata.partition_columns = std::move(partition_columns);
	return TableConfiguration("t", Legacy(1, 2), std::move(metadata));
}

std::vector<LeafColumn> Checked(const TableConfiguration &table, const std::vector<ColumnPath> &columns) {
	return CheckClusterColumns(table, columns, "CREATE TABLE \"t\": ");
}

TEST(Clustering, IsWrittenAsSparkWritesIt) {
	const auto table = ClusterTable();
	const auto domain = MakeClusteringDomain(Checked(table, {{"S", "X"}, {"a"}}));
	EXPECT_EQ(domain.domain, "delta.clustering");
	EXPECT_FALSE(domain.removed);
	EXPECT_EQ(domain.configuration, R"({"clusteringColumns":[["s","x"],["a"]],"domainName":"delta.clustering"})");
	EXPECT_EQ(ClusteringColumns(domain.configuration), (std::vector<ColumnPath> {{"s", "x"}, {"a"}}));
	EXPECT_TRUE(ClusteringColumns(MakeClusteringDomain({}).configuration).empty());
}

TEST(Clustering, BringsItsFeatures) {
	const auto table = ClusterTable();
	const auto altered = EnableClustering({table, {}, nullptr});
	ASSERT_TRUE(altered.protocol);
	EXPECT_EQ(altered.protocol->min_writer_version, 7);
	for (const auto *feature : {"clustering", "domainMetadata"}) {
		const auto &features = *altered.protocol->writer_features;
		EXPECT_EQ(std::count(features.begin(), features.end(), feature), 1) << feature;
	}
	EXPECT_FALSE(altered.metadata.configuration.count("delta.feature.clustering"));
}

TEST(Clustering, RefusesWhatFilesCannotBeClusteredBy) {
	const auto table = ClusterTable();
	auto check = [](const TableConfiguration &of, const std::vector<ColumnPath> &columns) {
		return [&of, columns] {
			Checked(of, columns);
		};
	};
	ExpectError(ErrorKind::INVALID_INPUT, "no such column", check(table, {{"z"}}));
	ExpectError(ErrorKind::INVALID_INPUT, "\"s\": it is not a column", check(table, {{"s"}}));
	ExpectError(ErrorKind::INVALID_INPUT, "no bounds of the type boolean", check(table, {{"b"}}));
	ExpectError(ErrorKind::INVALID_INPUT, "twice", check(table, {{"a"}, {"A"}}));
	ExpectError(ErrorKind::INVALID_INPUT, "4 columns at most", check(table, {{"a"}, {"a"}, {"a"}, {"a"}, {"a"}}));
	const auto partitioned = ClusterTable({}, {"b"});
	ExpectError(ErrorKind::INVALID_INPUT, "a partitioned table", check(partitioned, {{"a"}}));
	EXPECT_TRUE(Checked(partitioned, {}).empty());
	const auto few = ClusterTable({{"delta.dataSkippingNumIndexedCols", "1"}});
	ExpectError(ErrorKind::INVALID_INPUT, "no statistics of \"s.x\"", check(few, {{"a"}, {"s", "x"}}));
}

TEST(Clustering, KeepsItsStatistics) {
	const auto table = ClusterTable();
	const AlteredFrom from {table, {{"s", "y"}}, nullptr};
	ExpectError(ErrorKind::INVALID_INPUT, "no statistics of \"s.y\"", [&] {
		SetProperties(from, {{"delta.dataSkippingStatsColumns", "a,s.x"}});
	});
	EXPECT_NO_THROW(SetProperties(from, {{"delta.dataSkippingStatsColumns", "s"}}));
	EXPECT_NO_THROW(SetProperties(from, {{"delta.checkpointInterval", "20"}}));
	ExpectError(ErrorKind::INVALID_INPUT, "cannot be partitioned", [&] { SetPartitionedBy(from, {"a"}); });
	EXPECT_NO_THROW(SetPartitionedBy(from, {}));
}

TEST(Clustering, NamesColumnsAsTheTableDoes) {
	auto field = PlainField("a", TypeKind::LONG);
	field.SetMetadataString("delta.columnMapping.physicalName", "col-1");
	Schema schema;
	schema.fields = {field};
	EXPECT_EQ(LogicalNames(schema, {{"col-1"}, {"gone"}}), (std::vector<ColumnPath> {{"a"}, {"gone"}}));
}

} // namespace
} // namespace merganser
