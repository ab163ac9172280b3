#include "upkeep/table_check.hpp"

#include "base/error.hpp"
#include "protocol/deletion_vector.hpp"
#include "upkeep/table_repair.hpp"
#include "upkeep_fixture.hpp"

#include <map>

namespace merganser {

class TableCheckTest : public UpkeepTest {
protected:
	//! Kinds and paths, `kind:path` each, of the newest version.
	std::string Check(bool opens_files = false) {
		TableCheckRequest request {Latest(), LogContext {port}, nullptr};
		if (opens_files) {
			request.read_footer = [&](ObjectStore &, const std::string &path, uint64_t,
			                          const std::vector<LeafColumn> &) {
				return Footer(path);
			};
		}
		details.clear();
		std::string found;
		for (const auto &problem : CheckTable(request, OneByOne)) {
			found += std::string(NameOf(problem.kind)) + ":" + problem.path + " ";
			details += problem.detail + "\n";
		}
		return found;
	}
	FileStatistics Footer(const std::string &path) {
		const auto footer = footers.find(path);
		if (footer == footers.end()) {
			throw Error(ErrorKind::CORRUPT, "no footer in " + path);
		}
		return footer->second;
	}
	void AddWith(const std::string &path, const std::string &stats) {
		TableChange change;
		change.operation = "WRITE";
		change.added_files = {NewFile(path)};
		change.added_files[0].stats = stats;
		Change(std::move(change), Latest());
	}
	static FileStatistics Rows(int64_t count, int64_t min, int64_t max, int64_t nulls) {
		FileStatistics footer;
		footer.num_records = count;
		footer.columns.push_back({Scalar(min), Scalar(max), nulls});
		return footer;
	}

	std::map<std::string, FileStatistics> footers;
	std::string details;
};

TEST_F(TableCheckTest, NothingIsWrongWithAWholeTable) {
	Create();
	Add("a");
	Overwrite("b");
	Checkpoint();
	Add("c");
	EXPECT_EQ(Check(), "");
	footers["/lake/t/b"] = Rows(1, 5, 5, 0);
	footers["/lake/t/c"] = Rows(1, 5, 5, 0);
	EXPECT_EQ(Check(true), "");
}

TEST_F(TableCheckTest, FilesThatAreGoneOrHaveAnotherSize) {
	Create();
	Add("a");
	Add("b");
	Add("c");
	memory->Delete("/lake/t/a");
	memory->Put("/lake/t/c", "12345");
	EXPECT_EQ(Check(), "missing_file:a file_size:c ");
	EXPECT_NE(details.find("it has 5 bytes, the log says 10"), std::string::npos) << details;
}

TEST_F(TableCheckTest, FilesThatTheLogCannotNameAreMissing) {
	Create();
	PutForeign(1,
	           R"({"add":{"path":"../outside","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})");
	EXPECT_EQ(Check(), "missing_file:../outside ");
}

TEST_F(TableCheckTest, RepairTakesOutWhatTheStoreSaysIsGone) {
	Create();
	Add("a");
	Add("b");
	PutForeign(3,
	           R"({"add":{"path":"../outside","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})");
	const auto change_of = [&] {
		const auto snapshot = Latest();
		const auto problems = CheckTable({snapshot, LogContext {port}, nullptr}, OneByOne);
		return MakeRepairChange(*snapshot, problems, 77);
	};
	EXPECT_TRUE(change_of().IsEmpty());
	memory->Delete("/lake/t/a");
	const auto change = change_of();
	ASSERT_EQ(change.removed_files.size(), 1u);
	EXPECT_EQ(change.removed_files[0].path, "a");
	EXPECT_EQ(change.removed_files[0].deletion_timestamp, 77);
	EXPECT_TRUE(change.removed_files[0].data_change);
	EXPECT_TRUE(change.OnlyRemoves());
	EXPECT_EQ(change.operation, "FSCK REPAIR TABLE");
	EXPECT_EQ(change.operation_metrics.at("numRemovedFiles"), "1");
}

TEST_F(TableCheckTest, RowsBoundsAndNullsOfTheFooter) {
	Create();
	const auto stats = [](int min, int max, int nulls) {
		return R"({"numRecords":9,"minValues":{"id":)" + std::to_string(min) + R"(},"maxValues":{"id":)" +
		       std::to_string(max) + R"(},"nullCount":{"id":)" + std::to_string(nulls) + "}}";
	};
	AddWith("rows", stats(1, 9, 0));
	AddWith("narrow", stats(2, 8, 0));
	AddWith("wide", stats(0, 10, 0));
	AddWith("nulls", stats(1, 9, 1));
	AddWith("unknown", "{}");
	AddWith("torn", stats(1, 9, 0));
	footers["/lake/t/rows"] = Rows(8, 1, 9, 0);
	for (const auto *path : {"narrow", "wide", "nulls", "unknown"}) {
		footers[std::string("/lake/t/") + path] = Rows(9, 1, 9, 0);
	}
	EXPECT_EQ(Check(true), "row_count:rows statistics:narrow statistics:narrow statistics:nulls unreadable_file:torn ");
	for (const auto *text :
	     {"it has 8 rows, the log says 9", "the minimum of column \"id\" is 1, the log says 2",
	      "the maximum of column \"id\" is 9, the log says 8", "column \"id\" has 0 NULLs, the log says 1"}) {
		EXPECT_NE(details.find(text), std::string::npos) << details;
	}
	EXPECT_EQ(Check(), "") << "without opening files";
}

TEST_F(TableCheckTest, DeletionVectorsThatAreUnreadableOrTooLong) {
	Create({{"delta.enableDeletionVectors", "true"}});
	DeletionVector vector;
	vector.Add(0);
	vector.Add(7);
	DeletionVectorFileContent content("00000000-0000-0000-0000-000000000000");
	const auto add = [&](const std::string &path, DeletionVectorDescriptor descriptor, int64_t rows) {
		TableChange change;
		change.operation = "DELETE";
		change.added_files = {NewFile(path)};
		change.added_files[0].stats = "{\"numRecords\":" + std::to_string(rows) + ",\"tightBounds\":false}";
		change.added_files[0].deletion_vector = std::move(descriptor);
		Change(std::move(change), Latest());
	};
	const auto good = content.AddOrInline(vector);
	add("good", good, 8);
	add("short", good, 7);
	auto wrong = good;
	wrong.cardinality = 3;
	add("wrong", wrong, 8);
	EXPECT_EQ(Check(), "deletion_vector:short deletion_vector:wrong ");
	EXPECT_NE(details.find("it deletes 1 rows behind the last of the file's 7"), std::string::npos) << details;
}

TEST_F(TableCheckTest, ACheckpointThatIsNotWhatTheCommitsSay) {
	Create();
	Add("a");
	Overwrite("b");
	Checkpoint();
	Add("c");
	// A commit is changed behind the checkpoint's back: readers see `b`, a replay of the commits sees `x` too.
	const auto commit = plain.CommitPath(2);
	auto text = *memory->TryGet(commit);
	memory->Put(commit,
	            text + R"({"add":{"path":"x","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})" +
	                "\n");
	EXPECT_EQ(Check(), "checkpoint:_delta_log/00000000000000000002.checkpoint.parquet ");
	EXPECT_NE(details.find("it lacks the file x"), std::string::npos) << details;
	// Where the commits are gone there is nothing to compare with.
	memory->Delete(plain.CommitPath(0));
	EXPECT_EQ(Check(), "");
}

TEST_F(TableCheckTest, ACheckpointWhoseSidecarsAreNotWhatTheyWere) {
	layout.sidecar_actions_max = 1;
	Create({{"delta.checkpointPolicy", "v2"}});
	Add("a");
	Add("b");
	// As a session has it that need not read the checkpoint.
	const auto known = Latest();
	Checkpoint();
	const auto check = [&] {
		details.clear();
		for (const auto &problem : CheckTable({known, LogContext {port}, nullptr}, OneByOne)) {
			EXPECT_EQ(problem.kind, TableProblemKind::CHECKPOINT);
			EXPECT_EQ(problem.path.find("_delta_log/00000000000000000002.checkpoint."), 0u) << problem.path;
			details += problem.detail + "\n";
		}
		return details;
	};
	EXPECT_EQ(check(), "");
	const auto sidecars = memory->List(SidecarFolder(plain), ListDepth::SHALLOW);
	ASSERT_EQ(sidecars.size(), 2u);
	memory->Put(sidecars[0].path, TextParquetPort::Encode({}));
	EXPECT_NE(check().find("it lacks the file "), std::string::npos) << details;
	memory->Delete(sidecars[0].path);
	EXPECT_NE(check().find(sidecars[0].path), std::string::npos) << details;
}

TEST_F(TableCheckTest, AChecksumThatDoesNotAgree) {
	Create();
	Add("a");
	const auto path = plain.LogFolder() + "/00000000000000000001.crc";
	auto text = memory->TryGet(path).value_or("");
	ASSERT_NE(text.find("\"numFiles\":1"), std::string::npos) << text;
	text.replace(text.find("\"numFiles\":1"), 12, "\"numFiles\":2");
	memory->Put(path, text);
	EXPECT_EQ(Check(), "checksum: ");
}

} // namespace merganser
