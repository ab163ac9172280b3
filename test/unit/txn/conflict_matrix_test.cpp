#include "txn/conflict_check.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

constexpr const char *SERIALIZABLE = "Serializable";
constexpr const char *WRITE_SERIALIZABLE = "WriteSerializable";

TableConfiguration MakeTable(const std::string &isolation) {
	Schema schema;
	schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
	schema.fields.push_back(StructField {"region", DataType::Primitive(TypeKind::STRING), true, {}});
	Metadata metadata;
	metadata.id = "table-id";
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns = {"region"};
	metadata.configuration["delta.isolationLevel"] = isolation;
	return TableConfiguration("lake.test", Protocol(), metadata);
}

//! A file of partition `region` with ids low … high.
AddFile File(const std::string &path, const std::string &region, int64_t low, int64_t high, bool data_change = true) {
	AddFile file;
	file.path = path;
	file.partition_values["region"] = region;
	file.size = 10;
	file.data_change = data_change;
	file.stats = R"({"numRecords":2,"minValues":{"id":)" + std::to_string(low) + R"(},"maxValues":{"id":)" +
	             std::to_string(high) + R"(},"nullCount":{"id":0}})";
	return file;
}

RemoveFile Gone(const std::string &path, bool data_change = true) {
	RemoveFile file;
	file.path = path;
	file.data_change = data_change;
	return file;
}

Winner Won(const std::string &operation, bool is_blind, std::vector<Action> actions) {
	CommitInfo info;
	info.operation = operation;
	info.engine_info = "Apache-Spark/3.5";
	info.is_blind_append = is_blind;
	Winner winner {7, {info}};
	winner.actions.insert(winner.actions.end(), actions.begin(), actions.end());
	return winner;
}

//! The columns of the matrix. The eu file with ids 100 … 200 is what others add; base files are eu-1, eu-2, us-1.
Winner BlindInsert() {
	return Won("WRITE", true, {File("new-eu", "eu", 100, 200)});
}
Winner Update() {
	return Won("UPDATE", false, {Gone("eu-1"), File("new-eu", "eu", 100, 200)});
}
Winner Optimize() {
	return Won("OPTIMIZE", false, {Gone("eu-1", false), Gone("eu-2", false), File("new-eu", "eu", 1, 200, false)});
}
Winner ReplaceWhere() {
	return Won("WRITE", false, {Gone("eu-1"), Gone("eu-2"), File("new-eu", "eu", 100, 200)});
}
Winner Alter() {
	Metadata metadata;
	metadata.configuration["delta.appendOnly"] = "true";
	return Won("SET TBLPROPERTIES", true, {metadata});
}
Winner Upgrade(std::vector<std::string> writer_features, std::vector<std::string> reader_features = {}) {
	Protocol protocol;
	protocol.min_reader_version = 3;
	protocol.min_writer_version = 7;
	protocol.reader_features = std::move(reader_features);
	writer_features.insert(writer_features.end(), {"appendOnly", "invariants"});
	protocol.writer_features = std::move(writer_features);
	return Won("UPGRADE PROTOCOL", true, {protocol});
}

//! The rows of the matrix.
struct Loser {
	TableChange change;
	ReadSet read_set;
};

Loser OurBlindInsert() {
	Loser loser;
	loser.change.added_files = {File("mine", "eu", 1, 2)};
	return loser;
}
Loser OurInsertFromSelf() {
	auto loser = OurBlindInsert();
	loser.read_set.predicates = {Predicate::Compare({"region"}, CompareOp::EQUAL, std::string("eu"))};
	loser.read_set.files = {"eu-1", "eu-2"};
	return loser;
}
Loser OurUpdate(const std::string &region) {
	Loser loser;
	loser.change.removed_files = {Gone(region + "-1")};
	loser.change.added_files = {File("mine", region, 1, 2)};
	loser.read_set.predicates = {Predicate::Compare({"region"}, CompareOp::EQUAL, region)};
	loser.read_set.files = {region + "-1"};
	return loser;
}
Loser OurOptimize(const std::string &path) {
	Loser loser;
	loser.change.removed_files = {Gone(path, false)};
	loser.change.added_files = {File("mine", "eu", 1, 2, false)};
	loser.read_set.files = {path};
	return loser;
}
Loser OurOverwrite() {
	Loser loser;
	loser.change.removed_files = {Gone("eu-1"), Gone("eu-2"), Gone("us-1")};
	loser.change.added_files = {File("mine", "eu", 1, 2)};
	loser.read_set.whole_table = true;
	return loser;
}
Loser OurAlter() {
	Loser loser;
	loser.change.metadata = Metadata();
	return loser;
}
Loser OurStreamingAppend() {
	auto loser = OurBlindInsert();
	loser.change.transactions = {SetTransaction {"stream", 5, std::nullopt}};
	loser.read_set.app_ids = {"stream"};
	return loser;
}

//! "ok" or the conflict's kind.
std::string Judge(const char *isolation, const Loser &loser, const Winner &winner) {
	auto conflict = CheckConflict(MakeTable(isolation), loser.change, loser.read_set, winner);
	if (!conflict) {
		return "ok";
	}
	EXPECT_EQ(conflict->winner_version, 7);
	EXPECT_EQ(conflict->winner_engine, "Apache-Spark/3.5");
	EXPECT_FALSE(conflict->winner_operation.empty());
	EXPECT_FALSE(conflict->reason.empty());
	switch (conflict->kind) {
	case ConflictKind::PROTOCOL_CHANGED:
		return "protocol";
	case ConflictKind::METADATA_CHANGED:
		return "metadata";
	case ConflictKind::DOMAIN_METADATA:
		return "domain";
	case ConflictKind::CONCURRENT_TRANSACTION:
		return "transaction";
	case ConflictKind::CONCURRENT_APPEND:
		return "append";
	case ConflictKind::CONCURRENT_DELETE_READ:
		return "delete-read";
	case ConflictKind::CONCURRENT_DELETE_DELETE:
		return "delete-delete";
	case ConflictKind::TABLE_EXISTS:
		return "exists";
	case ConflictKind::TABLE_DROPPED:
		return "dropped";
	}
	return "?";
}

//! Serializable / WriteSerializable.
std::string Both(const Loser &loser, const Winner &winner) {
	return Judge(SERIALIZABLE, loser, winner) + "/" + Judge(WRITE_SERIALIZABLE, loser, winner);
}

} // namespace

#define CELL(row, column, expected, loser, winner)                                                                     \
	TEST(ConflictMatrix, row##_after_##column) {                                                                       \
		EXPECT_EQ(Both(loser, winner), expected);                                                                      \
	}

CELL(BlindInsert, BlindInsert, "ok/ok", OurBlindInsert(), BlindInsert())
CELL(BlindInsert, Dml, "ok/ok", OurBlindInsert(), Update())
CELL(BlindInsert, Optimize, "ok/ok", OurBlindInsert(), Optimize())
CELL(BlindInsert, Overwrite, "ok/ok", OurBlindInsert(), ReplaceWhere())
CELL(BlindInsert, Alter, "metadata/metadata", OurBlindInsert(), Alter())
CELL(BlindInsert, TolerantUpgrade, "ok/ok", OurBlindInsert(), Upgrade({"deletionVectors"}, {"deletionVectors"}))
CELL(BlindInsert, StrictUpgrade, "protocol/protocol", OurBlindInsert(), Upgrade({"checkConstraints"}))

CELL(InsertFromSelf, BlindInsert, "append/ok", OurInsertFromSelf(), BlindInsert())
CELL(InsertFromSelf, Dml, "append/append", OurInsertFromSelf(), Update())
CELL(InsertFromSelf, Optimize, "append/append", OurInsertFromSelf(), Optimize())
CELL(InsertFromSelf, Overwrite, "append/append", OurInsertFromSelf(), ReplaceWhere())
CELL(InsertFromSelf, Delete, "delete-read/delete-read", OurInsertFromSelf(), Won("DELETE", false, {Gone("eu-2")}))
CELL(InsertFromSelf, Alter, "metadata/metadata", OurInsertFromSelf(), Alter())
CELL(InsertFromSelf, StrictUpgrade, "protocol/protocol", OurInsertFromSelf(), Upgrade({"checkConstraints"}))

CELL(Dml, BlindInsert, "append/ok", OurUpdate("eu"), BlindInsert())
CELL(Dml, BlindInsertElsewhere, "ok/ok", OurUpdate("us"), BlindInsert())
CELL(Dml, Dml, "append/append", OurUpdate("eu"), Update())
CELL(Dml, DmlElsewhere, "ok/ok", OurUpdate("us"), Update())
CELL(Dml, Delete, "delete-read/delete-read", OurUpdate("eu"), Won("DELETE", false, {Gone("eu-1")}))
CELL(Dml, DeleteOfUnreadFile, "ok/ok", OurUpdate("eu"), Won("DELETE", false, {Gone("eu-2")}))
CELL(Dml, Optimize, "append/append", OurUpdate("eu"), Optimize())
CELL(Dml, OptimizeElsewhere, "ok/ok", OurUpdate("us"), Optimize())
CELL(Dml, Overwrite, "append/append", OurUpdate("eu"), ReplaceWhere())
CELL(Dml, Alter, "metadata/metadata", OurUpdate("eu"), Alter())
CELL(Dml, StrictUpgrade, "protocol/protocol", OurUpdate("eu"), Upgrade({"checkConstraints"}))

CELL(Optimize, BlindInsert, "ok/ok", OurOptimize("eu-1"), BlindInsert())
CELL(Optimize, DmlOnOtherFile, "ok/ok", OurOptimize("eu-2"), Update())
CELL(Optimize, DmlOnSameFile, "delete-read/delete-read", OurOptimize("eu-1"), Update())
CELL(Optimize, OptimizeOfSameFile, "delete-read/delete-read", OurOptimize("eu-1"), Optimize())
CELL(Optimize, OptimizeOfOtherFile, "ok/ok", OurOptimize("us-1"), Optimize())
CELL(Optimize, Overwrite, "delete-read/delete-read", OurOptimize("eu-2"), ReplaceWhere())
CELL(Optimize, Alter, "metadata/metadata", OurOptimize("eu-1"), Alter())
CELL(Optimize, StrictUpgrade, "protocol/protocol", OurOptimize("eu-1"), Upgrade({"checkConstraints"}))

CELL(FullOverwrite, BlindInsert, "append/ok", OurOverwrite(), BlindInsert())
CELL(FullOverwrite, Dml, "append/append", OurOverwrite(), Update())
CELL(FullOverwrite, Optimize, "append/append", OurOverwrite(), Optimize())
CELL(FullOverwrite, Overwrite, "append/append", OurOverwrite(), ReplaceWhere())
CELL(FullOverwrite, Delete, "delete-read/delete-read", OurOverwrite(), Won("DELETE", false, {Gone("us-1")}))
CELL(FullOverwrite, Alter, "metadata/metadata", OurOverwrite(), Alter())
CELL(FullOverwrite, StrictUpgrade, "protocol/protocol", OurOverwrite(), Upgrade({"checkConstraints"}))

CELL(ReplaceWhere, BlindInsert, "append/ok", OurUpdate("eu"), BlindInsert())
CELL(ReplaceWhere, BlindInsertElsewhere, "ok/ok", OurUpdate("us"), BlindInsert())
CELL(ReplaceWhere, Overwrite, "append/append", OurUpdate("eu"), ReplaceWhere())

CELL(Alter, BlindInsert, "ok/ok", OurAlter(), BlindInsert())
CELL(Alter, Dml, "ok/ok", OurAlter(), Update())
CELL(Alter, Optimize, "ok/ok", OurAlter(), Optimize())
CELL(Alter, Overwrite, "ok/ok", OurAlter(), ReplaceWhere())
CELL(Alter, Alter, "metadata/metadata", OurAlter(), Alter())
CELL(Alter, StrictUpgrade, "protocol/protocol", OurAlter(), Upgrade({"checkConstraints"}))

CELL(StreamingAppend, BlindInsert, "ok/ok", OurStreamingAppend(), BlindInsert())
CELL(StreamingAppend, Dml, "ok/ok", OurStreamingAppend(), Update())
CELL(StreamingAppend, SameApplication, "transaction/transaction", OurStreamingAppend(),
     Won("STREAMING UPDATE", true, {SetTransaction({"stream", 5, std::nullopt}), File("other", "eu", 1, 2)}))
CELL(StreamingAppend, OtherApplication, "ok/ok", OurStreamingAppend(),
     Won("STREAMING UPDATE", true, {SetTransaction({"other", 5, std::nullopt}), File("other", "eu", 1, 2)}))
CELL(StreamingAppend, Alter, "metadata/metadata", OurStreamingAppend(), Alter())

namespace {

Loser OverwriteWithSchema() {
	auto loser = OurUpdate("eu");
	loser.change.metadata = Metadata();
	return loser;
}

Loser WithDomain(const std::string &domain) {
	auto loser = OurBlindInsert();
	loser.change.domains = {DomainMetadata {domain, "{}", false}};
	return loser;
}

Winner Drop() {
	Metadata metadata;
	metadata.configuration["merganser.dropped"] = "true";
	return Won("DROP TABLE", false, {metadata, Gone("eu-1")});
}

} // namespace

//! Who changes the schema too looks at every added file, even under WriteSerializable.
CELL(OverwriteWithSchema, BlindInsert, "append/append", OverwriteWithSchema(), BlindInsert())
CELL(BlindInsert, SameDomain, "domain/domain", WithDomain("app"),
     Won("WRITE", true, {DomainMetadata({"app", "{}", false})}))
CELL(BlindInsert, OtherDomain, "ok/ok", WithDomain("app"), Won("WRITE", true, {DomainMetadata({"other", "{}", false})}))
CELL(BlindInsert, Drop, "dropped/dropped", OurBlindInsert(), Drop())
CELL(Dml, Drop, "dropped/dropped", OurUpdate("eu"), Drop())
CELL(Alter, Drop, "dropped/dropped", OurAlter(), Drop())
CELL(BlindInsert, SameFileAdded, "append/append", OurBlindInsert(), Won("RESTORE", true, {File("mine", "eu", 1, 2)}))

TEST(ConflictCheck, StatisticsTellAddedFilesApart) {
	auto loser = OurUpdate("eu");
	loser.read_set.predicates = {Predicate::And({Predicate::Compare({"region"}, CompareOp::EQUAL, std::string("eu")),
	                                             Predicate::Compare({"id"}, CompareOp::LESS, int64_t(100))})};
	EXPECT_EQ(Both(loser, BlindInsert()), "ok/ok");
	loser.read_set.predicates = {Predicate::Compare({"id"}, CompareOp::LESS_EQUAL, int64_t(100))};
	EXPECT_EQ(Both(loser, BlindInsert()), "append/ok");
	loser.read_set.predicates = {Predicate::Unknown()};
	EXPECT_EQ(Both(loser, BlindInsert()), "append/ok");
}

TEST(ConflictCheck, RemovedTwiceWithoutReading) {
	auto loser = OurUpdate("eu");
	loser.read_set = ReadSet();
	EXPECT_EQ(Both(loser, Won("DELETE", false, {Gone("eu-1")})), "delete-delete/delete-delete");
}

TEST(ConflictCheck, CommitWithoutInfoIsNotBlind) {
	auto winner = BlindInsert();
	winner.actions.erase(winner.actions.begin());
	auto loser = OurUpdate("eu");
	auto conflict = CheckConflict(MakeTable(WRITE_SERIALIZABLE), loser.change, loser.read_set, winner);
	ASSERT_TRUE(conflict);
	EXPECT_EQ(conflict->kind, ConflictKind::CONCURRENT_APPEND);
}

TEST(ConflictCheck, ProtocolMayNotLoseFeatures) {
	auto winner = Upgrade({});
	auto &protocol = std::get<Protocol>(winner.actions[1]);
	protocol.writer_features = {"appendOnly"};
	EXPECT_EQ(Both(OurBlindInsert(), winner), "protocol/protocol");
}

TEST(ConflictCheck, TwoUpgradesConflict) {
	auto loser = OurAlter();
	loser.change.protocol = Protocol();
	EXPECT_EQ(Both(loser, Upgrade({"deletionVectors"}, {"deletionVectors"})), "protocol/protocol");
}

TEST(ConflictCheck, OptimizeIsOnlyFilesThatKeepRows) {
	EXPECT_TRUE(RearrangesOnly(OurOptimize("eu-1").change));
	EXPECT_FALSE(RearrangesOnly(OurUpdate("eu").change));
	EXPECT_FALSE(RearrangesOnly(OurAlter().change));
	EXPECT_FALSE(RearrangesOnly(TableChange()));
}

} // namespace merganser
