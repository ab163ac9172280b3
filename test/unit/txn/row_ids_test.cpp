#include "txn/row_ids.hpp"

#include "protocol/row_tracking.hpp"
#include "txn/overwrite.hpp"
#include "txn_fixture.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

const StringMap SUPPORTED = {{"delta.feature.rowTracking", "supported"}};
const StringMap ENABLED = {{"delta.enableRowTracking", "true"},
                           {"delta.rowTracking.materializedRowIdColumnName", "_row-id-col-1"},
                           {"delta.rowTracking.materializedRowCommitVersionColumnName", "_row-commit-version-col-1"}};

TableConfiguration ConfigurationWith(const StringMap &properties) {
	auto metadata = TxnWorld::MakeMetadata(properties);
	auto protocol = SmallestProtocol(ParseSchema(metadata.schema_string), properties);
	return TableConfiguration("t", protocol, metadata);
}

DomainMetadata RowMark(int64_t highest) {
	return {"delta.rowTracking", R"({"rowIdHighWaterMark":)" + std::to_string(highest) + "}", false};
}

Snapshot Marked(int64_t highest) {
	Snapshot snapshot;
	auto mark = RowMark(highest);
	snapshot.domains.emplace(mark.domain, mark);
	return snapshot;
}

AddFile FileOfRows(const std::string &path, int64_t rows) {
	auto file = TxnWorld::File(path);
	file.stats = R"({"numRecords":)" + std::to_string(rows) + "}";
	return file;
}

AddFile WithRowIds(AddFile file, int64_t first_id, int64_t commit_version) {
	file.base_row_id = first_id;
	file.default_row_commit_version = commit_version;
	return file;
}

const AddFile &FileAt(const std::vector<Action> &actions, size_t index) {
	return std::get<AddFile>(actions[index]);
}

std::string MarkText(const SnapshotPtr &snapshot) {
	return snapshot->domains.at("delta.rowTracking").configuration;
}

CommitRequest Enable(const SnapshotPtr &base, const TableLocation &location) {
	CommitRequest request;
	request.location = location;
	request.engine_info = "Merganser/test";
	request.base = base;
	request.change.operation = "SET TBLPROPERTIES";
	request.change.metadata = TxnWorld::MakeMetadata(ENABLED);
	request.change.protocol =
	    ExtendProtocol(base->configuration->GetProtocol(), base->configuration->GetSchema(), ENABLED);
	request.read_set.whole_table = true;
	return request;
}

} // namespace

TEST(RowIds, NewFilesGetIdsAboveTheMark) {
	auto previous = Marked(29);
	std::vector<Action> actions = {FileOfRows("a", 10), WithRowIds(FileOfRows("old", 5), 3, 1), FileOfRows("b", 2)};
	AssignRowIds(ConfigurationWith(SUPPORTED), &previous, 4, actions);
	EXPECT_EQ(FileAt(actions, 0).base_row_id, 30);
	EXPECT_EQ(FileAt(actions, 0).default_row_commit_version, 4);
	EXPECT_EQ(FileAt(actions, 1).base_row_id, 3);
	EXPECT_EQ(FileAt(actions, 1).default_row_commit_version, 1);
	EXPECT_EQ(FileAt(actions, 2).base_row_id, 40);
	ASSERT_EQ(actions.size(), 4u);
	EXPECT_EQ(std::get<DomainMetadata>(actions[3]).configuration, R"({"rowIdHighWaterMark":41})");
}

TEST(RowIds, NewTableBeginsWithZero) {
	std::vector<Action> actions = {FileOfRows("a", 3), FileOfRows("empty", 0)};
	AssignRowIds(ConfigurationWith(ENABLED), nullptr, 0, actions);
	EXPECT_EQ(FileAt(actions, 0).base_row_id, 0);
	EXPECT_EQ(FileAt(actions, 0).default_row_commit_version, 0);
	EXPECT_EQ(FileAt(actions, 1).base_row_id, 3);
	EXPECT_EQ(std::get<DomainMetadata>(actions[2]).configuration, R"({"rowIdHighWaterMark":2})");
}

TEST(RowIds, WithoutNewIdsTheMarkStays) {
	auto previous = Marked(9);
	std::vector<Action> actions = {WithRowIds(FileOfRows("old", 5), 3, 1), RowMark(4)};
	AssignRowIds(ConfigurationWith(SUPPORTED), &previous, 4, actions);
	EXPECT_EQ(actions.size(), 1u) << "a mark of the change's own would go down";
}

TEST(RowIds, FileThatIsPutInAgainKeepsItsIds) {
	auto previous = Marked(9);
	RemoveFile remove;
	remove.path = "/lake/a";
	remove.base_row_id = 5;
	remove.default_row_commit_version = 2;
	std::vector<Action> actions = {remove, FileOfRows("file:///lake/a", 4)};
	AssignRowIds(ConfigurationWith(SUPPORTED), &previous, 7, actions);
	EXPECT_EQ(FileAt(actions, 1).base_row_id, 5);
	EXPECT_EQ(FileAt(actions, 1).default_row_commit_version, 2);
}

TEST(RowIds, NoneWithoutTheFeatureAndWhileSuspended) {
	auto previous = Marked(9);
	std::vector<Action> plain = {FileOfRows("a", 1)};
	AssignRowIds(ConfigurationWith({}), &previous, 7, plain);
	EXPECT_FALSE(FileAt(plain, 0).base_row_id);
	auto properties = SUPPORTED;
	properties["delta.rowTrackingSuspended"] = "true";
	std::vector<Action> suspended = {FileOfRows("a", 1), WithRowIds(FileOfRows("old", 5), 3, 1)};
	AssignRowIds(ConfigurationWith(properties), &previous, 7, suspended);
	EXPECT_EQ(suspended.size(), 2u);
	EXPECT_FALSE(FileAt(suspended, 0).base_row_id);
	EXPECT_FALSE(FileAt(suspended, 1).base_row_id);
	EXPECT_FALSE(FileAt(suspended, 1).default_row_commit_version);
}

TEST(RowIds, UnreadableMarkIsCorrupt) {
	auto previous = Marked(9);
	previous.domains.begin()->second.configuration = "{}";
	std::vector<Action> actions = {FileOfRows("a", 1)};
	EXPECT_THROW(AssignRowIds(ConfigurationWith(SUPPORTED), &previous, 4, actions), Error);
	previous.domains.begin()->second.configuration = R"({"rowIdHighWaterMark":-2})";
	EXPECT_THROW(AssignRowIds(ConfigurationWith(SUPPORTED), &previous, 4, actions), Error);
}

//! Two writers of one table, through the commit loop: no id is given out twice.
TEST(RowIds, ConcurrentCommitsGiveOutDifferentIds) {
	TxnWorld world;
	auto base = world.Commit(world.Create(ENABLED)).snapshot;
	ASSERT_TRUE(base);
	EXPECT_EQ(MarkText(base), R"({"rowIdHighWaterMark":0})");
	world.PutForeign(1, {RowMark(10), WithRowIds(FileOfRows("theirs", 10), 1, 1)});
	auto request = world.Append(base, "mine");
	request.change.added_files = {FileOfRows("mine", 5)};
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(MarkText(world.Latest()), R"({"rowIdHighWaterMark":15})");
	for (auto &action : ReadCommit(world.plain, 2)) {
		if (auto add = std::get_if<AddFile>(&action)) {
			EXPECT_EQ(add->base_row_id, 11);
			EXPECT_EQ(add->default_row_commit_version, 2);
		}
	}
	EXPECT_EQ(world.InfoOf(2).other.at("tags"), R"({"delta.rowTracking.preserved":"true"})");
}

//! The winner's protocol lists the feature: ours has to give out ids now.
TEST(RowIds, FeatureOfTheWinnerIsObeyed) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.PutForeign(1, {SmallestProtocol(base->configuration->GetSchema(), SUPPORTED)});
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(MarkText(result.snapshot), R"({"rowIdHighWaterMark":0})");
	auto uncounted = world.Append(base, "uncounted");
	uncounted.change.added_files[0].stats.reset();
	EXPECT_EQ(world.Commit(uncounted).outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(world.CountAdds("uncounted"), 0u);
}

TEST(RowIds, FilesWithoutNumberOfRecordsAreRejected) {
	TxnWorld world;
	auto base = world.Commit(world.Create(SUPPORTED)).snapshot;
	auto request = world.Append(base, "mine");
	request.change.added_files[0].stats = R"({"minValues":{"id":1}})";
	auto result = world.Commit(request);
	EXPECT_EQ(result.outcome, CommitOutcome::REJECTED);
	EXPECT_NE(result.message.find("mine has no numRecords"), std::string::npos) << result.message;
}

TEST(RowIds, EnablingNumbersWhatIsThere) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto request = Enable(base, world.location);
	EXPECT_EQ(world.Commit(request).outcome, CommitOutcome::REJECTED) << "a file would have no ids";
	BackfillRowIds(*base, request.change);
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.snapshot->files.LiveCount(), 1u);
	EXPECT_EQ(MarkText(result.snapshot), R"({"rowIdHighWaterMark":0})");
	EXPECT_EQ(world.Latest()->files.LiveCount(), 1u);
	EXPECT_FALSE(world.InfoOf(1).other.contains("tags"));
	world.Latest()->files.ForEachLive([&](FileRef file) {
		auto added = result.snapshot->files.BatchOf(file).ToAddFile(file.row);
		EXPECT_EQ(added.base_row_id, 0);
		EXPECT_EQ(added.default_row_commit_version, 1);
	});
	TableChange again;
	again.metadata = TxnWorld::MakeMetadata(ENABLED);
	BackfillRowIds(*result.snapshot, again);
	EXPECT_TRUE(again.added_files.empty());
}

TEST(RowIds, EnablingLosesToFilesThatItHasNotSeen) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto request = Enable(base, world.location);
	BackfillRowIds(*base, request.change);
	world.PutForeign(1, {TxnWorld::File("theirs")});
	EXPECT_EQ(world.Commit(request).outcome, CommitOutcome::CONFLICT);
}

//! A file that got ids and is removed by the next statement of the transaction: its removal must stay.
TEST(RowIds, NumberedFileMayBeRemovedInTheSameTransaction) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto request = Enable(base, world.location);
	BackfillRowIds(*base, request.change);
	ASSERT_EQ(request.change.added_files.size(), 1u);
	TableChange later;
	later.removed_files.emplace_back().path = "first";
	later.removed_files.back().data_change = true;
	later.added_files = {FileOfRows("second", 2)};
	later.added_files.back().data_change = true;
	request.change.Merge(std::move(later));
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.snapshot->files.LiveCount(), 1u);
	EXPECT_EQ(world.CountAdds("first"), 1u);
	EXPECT_EQ(MarkText(result.snapshot), R"({"rowIdHighWaterMark":1})");
}

TEST(RowIds, ReplacedTableGoesOnCounting) {
	TxnWorld world;
	auto base = world.Commit(world.Create(ENABLED)).snapshot;
	CommitRequest request = world.Append(base, "second");
	request.change.metadata = TxnWorld::MakeMetadata(ENABLED);
	RemoveAllFiles(*base, 1, request.change);
	RemoveAllDomains(*base, request.change);
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(MarkText(result.snapshot), R"({"rowIdHighWaterMark":1})");
}

TEST(RowTracking, WritersNeedNamesOfTheirOwn) {
	ConfigurationWith(ENABLED).CheckWritable();
	auto refuse = [](const char *name, const char *value, const char *part) {
		auto properties = ENABLED;
		properties[name] = value;
		try {
			ConfigurationWith(properties).CheckWritable();
			ADD_FAILURE() << name;
		} catch (const Error &error) {
			EXPECT_EQ(error.kind, ErrorKind::UNSUPPORTED);
			EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
		}
	};
	refuse("delta.rowTrackingSuspended", "true", "both on");
	refuse("delta.rowTracking.materializedRowIdColumnName", "", "names no column");
	refuse("delta.rowTracking.materializedRowIdColumnName", "ID", "column 'id' has the name");
	refuse("delta.rowTracking.materializedRowCommitVersionColumnName", "_row-id-col-1", "in one column");
}

} // namespace merganser
