#include "scan/generated_partitions.hpp"

#include "protocol/partition_value.hpp"
#include "scan/file_pruning.hpp"
#include "scan_fixture.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

using Op = CompareOp;

//! Partitioned by what is generated from `at`, a timestamp without zone, and from `name`.
TableConfigurationPtr Configuration(int32_t writer_version = 4) {
	Schema schema;
	auto add = [&](const char *name, TypeKind kind, const char *generation = nullptr) {
		schema.fields.push_back(StructField {name, DataType::Primitive(kind), true, {}});
		if (generation) {
			schema.fields.back().SetMetadataString("delta.generationExpression", generation);
		}
	};
	add("at", TypeKind::TIMESTAMP_NTZ);
	add("name", TypeKind::STRING);
	add("day", TypeKind::DATE, "CAST(at AS DATE)");
	add("month", TypeKind::INTEGER, "month(at)");
	add("head", TypeKind::STRING, "substring(name, 1, 2)");
	add("odd", TypeKind::STRING, "no_function(name)");
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns = {"day", "month", "head", "odd"};
	Protocol protocol;
	protocol.min_reader_version = 1;
	protocol.min_writer_version = writer_version;
	return std::make_shared<const TableConfiguration>("t", protocol, metadata);
}

PredicatePtr At(Op op, const std::string &time) {
	return Predicate::Compare({"at"}, op, ParsePartitionValue(time, *DataType::Primitive(TypeKind::TIMESTAMP_NTZ)));
}

PredicatePtr Name(Op op, const std::string &name) {
	return Predicate::Compare({"name"}, op, name);
}

std::string Derived(const PredicatePtr &predicate, const TableConfigurationPtr &table = Configuration()) {
	return OnGeneratedPartitions(*predicate, *table)->ToString();
}

//! Of a file for each of these days and heads, those that are left.
std::string Kept(const PredicatePtr &predicate) {
	const auto table = Configuration();
	std::vector<AddFile> files;
	for (const auto *day : {"2024-01-31", "2024-02-01", "2024-02-02", ""}) {
		for (const auto *head : {"eu", "us", ""}) {
			AddFile file;
			file.path = std::string(day) + head;
			const std::string text = day;
			const auto month = text.empty() ? std::nullopt : std::optional(text.substr(6, 1));
			const auto value = text.empty() ? std::nullopt : std::optional(text);
			const auto name = std::string(head).empty() ? std::nullopt : std::optional(std::string(head));
			file.partition_values = {{"day", value}, {"month", month}, {"head", name}, {"odd", std::nullopt}};
			files.push_back(file);
		}
	}
	const auto list = MakeList(std::make_shared<FakeBatch>(files, table));
	const auto selection = PruneFiles(list, *table, *predicate);
	std::string kept;
	for (size_t i = 0; i < selection.files.size(); i++) {
		const auto file = selection.files[i];
		kept += (i == 0 ? "" : " ") + std::string(list.BatchOf(file).Path(file.row));
		EXPECT_FALSE(selection.all_rows_match[i]) << "a derived condition says nothing of all rows";
	}
	EXPECT_EQ(selection.total_files, selection.files.size() + selection.pruned_by_partition);
	return kept;
}

TEST(GeneratedPartitions, KeepTheirOwnAndNull) {
	EXPECT_EQ(Kept(Predicate::And({At(Op::GREATER, "2024-02-01 10:00:00"), Name(Op::EQUAL, "europe")})),
	          "2024-02-01eu 2024-02-01 2024-02-02eu 2024-02-02 eu ");
	EXPECT_EQ(Kept(At(Op::LESS, "2024-02-01 00:00:00")),
	          "2024-01-31eu 2024-01-31us 2024-01-31 2024-02-01eu 2024-02-01us 2024-02-01 eu us ");
	EXPECT_EQ(Kept(Predicate::Or({At(Op::EQUAL, "2024-01-31 01:00:00"), Name(Op::EQUAL, "us")})),
	          "2024-01-31eu 2024-01-31us 2024-01-31 2024-02-01us 2024-02-01 2024-02-02us 2024-02-02 eu us ");
	EXPECT_EQ(Kept(Predicate::StartsWith({"name"}, "usa")),
	          "2024-01-31us 2024-01-31 2024-02-01us 2024-02-01 2024-02-02us 2024-02-02 us ");
}

TEST(GeneratedPartitions, AreNamed) {
	const auto february =
	    Derived(Predicate::And({At(Op::GREATER_EQUAL, "2024-02-01 00:00:00"), At(Op::LESS, "2024-02-29 00:00:00")}));
	EXPECT_NE(february.find("month >= 2 AND month <= 2"), std::string::npos) << february;
	EXPECT_NE(february.find("day IS NULL"), std::string::npos) << february;
	EXPECT_EQ(Derived(Predicate::In({"name"}, {std::string("us"), std::string("asia")})),
	          "((head >= 'as' AND head <= 'us') OR head IS NULL)");
}

TEST(GeneratedPartitions, SayNothingOfOtherConditions) {
	const auto later = At(Op::GREATER, "2024-02-01 10:00:00");
	EXPECT_EQ(Derived(At(Op::NOT_EQUAL, "2024-02-01 10:00:00")), "unknown");
	EXPECT_EQ(Derived(Predicate::Not(later)), "unknown");
	EXPECT_EQ(Derived(Predicate::IsNotNull({"at"})), "unknown");
	EXPECT_EQ(Derived(Predicate::Or({later, Predicate::IsNull({"at"})})), "unknown");
	EXPECT_EQ(Derived(Predicate::Compare({"day"}, Op::EQUAL, int64_t(5))), "unknown");
	EXPECT_EQ(Derived(later, Configuration(3)), "unknown") << "nobody computes them in such a table";
}

} // namespace
} // namespace merganser
