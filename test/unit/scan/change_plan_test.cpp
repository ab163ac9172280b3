#include "scan/change_plan.hpp"

#include "support/expect_error.hpp"

#include <gtest/gtest.h>

//! Which files hold the changes of which versions.

namespace merganser {

namespace {

StructField Field(const std::string &name, DataTypePtr type) {
	return StructField {name, std::move(type), true, {}};
}

Metadata Meta(std::vector<StructField> fields, bool has_feed, std::vector<std::string> partitions = {}) {
	Metadata metadata;
	metadata.id = "id";
	metadata.schema_string = WriteSchema(Schema {std::move(fields)});
	metadata.partition_columns = std::move(partitions);
	if (has_feed) {
		metadata.configuration["delta.enableChangeDataFeed"] = "true";
	}
	return metadata;
}

Metadata Plain(bool has_feed) {
	return Meta({Field("i", DataType::Primitive(TypeKind::INTEGER))}, has_feed);
}

TableConfigurationPtr Configured(const Metadata &metadata) {
	Protocol protocol;
	protocol.min_writer_version = 4;
	return std::make_shared<const TableConfiguration>("t", protocol, metadata);
}

std::optional<DeletionVectorDescriptor> Vector(const std::string &name) {
	if (name.empty()) {
		return std::nullopt;
	}
	DeletionVectorDescriptor descriptor;
	descriptor.path_or_inline_dv = name;
	return descriptor;
}

AddFile Added(const std::string &path, const std::string &vector = "", bool data_change = true) {
	AddFile file;
	file.path = path;
	file.data_change = data_change;
	file.deletion_vector = Vector(vector);
	return file;
}

RemoveFile Removed(const std::string &path, const std::string &vector = "", bool data_change = true) {
	RemoveFile file;
	file.path = path;
	file.data_change = data_change;
	file.partition_values = PartitionValues();
	file.deletion_vector = Vector(vector);
	return file;
}

AddCdcFile Changed(const std::string &path) {
	AddCdcFile file;
	file.path = path;
	return file;
}

//! `insert a`, `delete a [x-y]` for the rows that vector x marks and y does not, `rows of c`.
std::vector<std::string> Described(const ChangePlan &plan) {
	std::vector<std::string> texts;
	for (auto &file : plan.files) {
		auto text = file.type ? std::string(NameOf(*file.type)) + " " : "rows of ";
		text += file.committed.file.path;
		if (file.only) {
			text += " [" + file.only->marked.path_or_inline_dv + "-" +
			        (file.only->but_not ? file.only->but_not->path_or_inline_dv : "") + "]";
		}
		if (file.committed.file.deletion_vector) {
			text += " without " + file.committed.file.deletion_vector->path_or_inline_dv;
		}
		texts.push_back(text + " @" + std::to_string(file.committed.version));
	}
	return texts;
}

ChangePlan Planned(std::vector<std::vector<Action>> commits, int64_t first = 1) {
	ChangePlan plan;
	for (auto &actions : commits) {
		plan.Add({first++, 1000, std::move(actions)});
	}
	return plan;
}

using Texts = std::vector<std::string>;

} // namespace

TEST(ChangePlan, FilesAreInsertsAndDeletes) {
	auto plan = Planned({{Added("a"), Added("b", "x")}, {Removed("a"), Removed("b", "x")}});
	EXPECT_EQ(Described(plan),
	          (Texts {"insert a @1", "insert b without x @1", "delete a @2", "delete b without x @2"}));
	EXPECT_EQ(plan.files[0].committed.file.partition_values.at("_commit_version"), "1");
	EXPECT_EQ(plan.files[0].committed.file.partition_values.at("_commit_timestamp"), "1970-01-01T00:00:01.000000Z");
}

TEST(ChangePlan, ChangeFilesAloneTellTheirVersion) {
	auto plan = Planned({{Changed("c"), Added("a"), Removed("b")}, {Added("d")}});
	EXPECT_EQ(Described(plan), (Texts {"rows of c @1", "insert d @2"}));
}

TEST(ChangePlan, WithoutDataChangeThereIsNone) {
	EXPECT_EQ(Described(Planned({{Added("a", "", false), Removed("b", "", false)}})), Texts());
}

TEST(ChangePlan, DeletionVectorsGiveTheRowsThatTheyDifferIn) {
	EXPECT_EQ(Described(Planned({{Removed("a"), Added("a", "x")}})), (Texts {"delete a [x-] @1"}));
	EXPECT_EQ(Described(Planned({{Added("a", "y"), Removed("a", "x")}})),
	          (Texts {"delete a [y-x] @1", "insert a [x-y] @1"}));
	EXPECT_EQ(Described(Planned({{Removed("a", "x"), Added("a")}})), (Texts {"insert a [x-] @1"}));
	EXPECT_EQ(Described(Planned({{Removed("a", "x"), Added("a", "x")}})), Texts());
	EXPECT_EQ(Described(Planned({{Removed("file:///l/a"), Added("/l/a", "x")}})), (Texts {"delete /l/a [x-] @1"}));
}

TEST(ChangePlan, RewritesNeedTheFeed) {
	auto plan = Planned({{Added("a")}, {Removed("a"), Added("b")}, {Removed("b")}});
	EXPECT_FALSE(plan.BaseVersion());
	plan.Check(nullptr, Configured(Plain(true)));
	ExpectError(ErrorKind::INVALID_INPUT, "version 2 replaced files while the table had no change data feed",
	            [&] { plan.Check(nullptr, Configured(Plain(false))); });
	auto vectors = Planned({{Removed("a"), Added("a", "x"), Added("b")}, {Removed("b")}});
	vectors.Check(nullptr, Configured(Plain(false)));
}

TEST(ChangePlan, TheFeedIsAskedForInEachVersion) {
	auto off_then_on = Planned({{Removed("a"), Added("b")}, {Plain(true)}, {Removed("b"), Added("c")}});
	ASSERT_EQ(off_then_on.BaseVersion(), 1);
	ExpectError(ErrorKind::INVALID_INPUT, "version 1 replaced files",
	            [&] { off_then_on.Check(Configured(Plain(false)), Configured(Plain(true))); });
	auto on_then_off = Planned({{Removed("a"), Added("b")}, {Plain(false)}, {Removed("b"), Added("c")}});
	ExpectError(ErrorKind::INVALID_INPUT, "version 3 replaced files",
	            [&] { on_then_off.Check(Configured(Plain(true)), Configured(Plain(false))); });
}

TEST(ChangePlan, ColumnsMustHoldTheOlderRows) {
	auto number = Field("i", DataType::Primitive(TypeKind::INTEGER));
	auto text = Field("s", DataType::Primitive(TypeKind::STRING));
	auto wide = Field("i", DataType::Primitive(TypeKind::LONG));
	auto check = [&](const Metadata &before, const Metadata &after) {
		auto plan = Planned({{Added("a")}, {after}, {Added("b")}}, 4);
		ASSERT_EQ(plan.BaseVersion(), 4);
		plan.Check(Configured(before), Configured(after));
	};
	check(Meta({number}, true), Meta({wide, text}, true));
	ExpectError(ErrorKind::INVALID_INPUT, "version 4 cannot be read in the columns of version 6: column \"s\" is not",
	            [&] {
		            check(Meta({number, text}, true), Meta({number}, true));
	            });
	ExpectError(ErrorKind::INVALID_INPUT, "column \"i\" was changed from long to integer",
	            [&] { check(Meta({wide}, true), Meta({number}, true)); });
	ExpectError(ErrorKind::INVALID_INPUT, "partitioned by other columns", [&] {
		check(Meta({number, text}, true), Meta({number, text}, true, {"s"}));
	});
	auto list = Field("l", DataType::Array(DataType::Struct({number, text}), true));
	auto shorter = Field("l", DataType::Array(DataType::Struct({number}), true));
	ExpectError(ErrorKind::INVALID_INPUT, "l.element.s", [&] { check(Meta({list}, true), Meta({shorter}, true)); });
}

TEST(ChangePlan, AReplacementInTheFirstVersionRemovesRowsOfOlderColumns) {
	auto number = Meta({Field("i", DataType::Primitive(TypeKind::INTEGER))}, true);
	auto text = Meta({Field("i", DataType::Primitive(TypeKind::STRING))}, true);
	auto plan = Planned({{text, Removed("a"), Added("b")}}, 7);
	ASSERT_EQ(plan.BaseVersion(), 6);
	ExpectError(ErrorKind::INVALID_INPUT, "version 7 gave the table other columns",
	            [&] { plan.Check(Configured(number), Configured(text)); });
	plan.Check(Configured(text), Configured(text));
	EXPECT_FALSE(Planned({{text, Added("b")}}, 7).BaseVersion());
}

TEST(ChangePlan, RemovedFilesOfPartitionsNameTheirValues) {
	auto nameless = Removed("a");
	nameless.partition_values.reset();
	auto plan = Planned({{nameless}}, 3);
	plan.Check(nullptr, Configured(Plain(true)));
	auto number = Field("i", DataType::Primitive(TypeKind::INTEGER));
	auto text = Field("s", DataType::Primitive(TypeKind::STRING));
	ExpectError(ErrorKind::UNSUPPORTED, "version 3 removes files without naming their partition values", [&] {
		plan.Check(nullptr, Configured(Meta({number, text}, true, {"s"})));
	});
}

} // namespace merganser
