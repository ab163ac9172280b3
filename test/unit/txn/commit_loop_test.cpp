#include "txn_fixture.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace merganser {

TEST(CommitLoop, CreatesAndAppends) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	ASSERT_EQ(created.outcome, CommitOutcome::COMMITTED) << created.message;
	EXPECT_EQ(created.version, 0);
	ASSERT_TRUE(created.snapshot);
	auto appended = world.Commit(world.Append(created.snapshot, "second"));
	ASSERT_EQ(appended.outcome, CommitOutcome::COMMITTED) << appended.message;
	EXPECT_EQ(appended.version, 1);
	EXPECT_EQ(appended.attempts, 1u);
	EXPECT_EQ(appended.snapshot->version, 1);
	EXPECT_EQ(appended.snapshot->files.LiveCount(), 2u);
	EXPECT_EQ(world.Latest()->files.LiveCount(), 2u);
	EXPECT_TRUE(appended.message.empty());
}

TEST(CommitLoop, CommitInfoSaysWhereItComesFrom) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	auto request = world.Append(created.snapshot, "second");
	request.change.operation_parameters["mode"] = "\"Append\"";
	request.change.operation_metrics["numFiles"] = "1";
	world.Commit(request);
	auto first = world.InfoOf(0);
	EXPECT_FALSE(first.read_version);
	EXPECT_FALSE(first.in_commit_timestamp);
	auto info = world.InfoOf(1);
	EXPECT_EQ(info.operation, "WRITE");
	EXPECT_EQ(info.operation_parameters.at("mode"), "\"Append\"");
	EXPECT_EQ(info.operation_metrics.at("numFiles"), "1");
	EXPECT_EQ(info.engine_info, "Merganser/test");
	EXPECT_EQ(info.is_blind_append, true);
	EXPECT_EQ(info.isolation_level, "Serializable");
	EXPECT_EQ(info.read_version, 0);
	EXPECT_EQ(info.txn_id->size(), 36u);
	EXPECT_NE(info.txn_id, first.txn_id);
	request = world.Append(world.Latest(), "third");
	request.location = world.location;
	request.read_set.whole_table = true;
	world.Commit(request);
	EXPECT_EQ(world.InfoOf(2).is_blind_append, false);
}

namespace {

//! `BEGIN; DELETE …; INSERT …; COMMIT` on the given files.
CommitRequest DeleteAndInsert(TxnWorld &world, const SnapshotPtr &base, const std::vector<std::string> &deleted) {
	auto insert = world.Append(base, "new");
	insert.change.operation_parameters = {{"mode", "Append"}, {"partitionBy", "[]"}};
	CommitRequest request = insert;
	request.change = TableChange();
	request.change.operation = "DELETE";
	request.change.operation_parameters = {{"predicate", "[]"}};
	for (auto &path : deleted) {
		request.change.removed_files.emplace_back().path = path;
	}
	request.read_set.files = deleted;
	request.change.Merge(std::move(insert.change));
	return request;
}

} // namespace

TEST(CommitLoop, RefillOfTheWholeTableIsAnOverwrite) {
	TxnWorld world;
	auto base = world.Commit(world.Append(world.Commit(world.Create()).snapshot, "second")).snapshot;
	auto result = world.Commit(DeleteAndInsert(world, base, {"first", "second"}));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.snapshot->files.LiveCount(), 1u);
	auto info = world.InfoOf(result.version);
	EXPECT_EQ(info.operation, "WRITE");
	EXPECT_EQ(info.operation_parameters, (StringMap {{"mode", "Overwrite"}, {"partitionBy", "[]"}}));
	EXPECT_EQ(info.is_blind_append, false);
}

TEST(CommitLoop, RefillOfAPartIsStillADelete) {
	TxnWorld world;
	auto base = world.Commit(world.Append(world.Commit(world.Create()).snapshot, "second")).snapshot;
	auto result = world.Commit(DeleteAndInsert(world, base, {"first"}));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	auto info = world.InfoOf(result.version);
	EXPECT_EQ(info.operation, "DELETE");
	EXPECT_EQ(info.operation_parameters, (StringMap {{"predicate", "[]"}}));
}

//! It removed all that it saw, but rows of another survive: the history may not call that an overwrite.
TEST(CommitLoop, RefillBesideAnotherWriterIsStillADelete) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto request = DeleteAndInsert(world, base, {"first"});
	world.PutForeign(1, {TxnWorld::File("theirs")});
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.snapshot->files.LiveCount(), 2u);
	EXPECT_EQ(world.InfoOf(2).operation, "DELETE");
}

namespace {

//! A statement that has read the whole table, after an append of another.
CommitRequest LateReader(TxnWorld &world, const StringMap &properties, std::optional<IsolationLevel> isolation) {
	auto base = world.Commit(world.Create(properties)).snapshot;
	auto request = world.Append(base, "mine");
	request.read_set.whole_table = true;
	request.isolation = isolation;
	world.PutForeign(1, {TxnWorld::File("theirs")});
	return request;
}

const StringMap WRITE_SERIALIZABLE_TABLE {{"delta.isolationLevel", "WriteSerializable"}};

} // namespace

TEST(CommitIsolation, TableSaysWhatASessionDoesNot) {
	TxnWorld world;
	EXPECT_EQ(world.Commit(LateReader(world, {}, std::nullopt)).outcome, CommitOutcome::CONFLICT);
	TxnWorld other;
	auto result = other.Commit(LateReader(other, WRITE_SERIALIZABLE_TABLE, std::nullopt));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(other.InfoOf(2).isolation_level, "WriteSerializable");
}

TEST(CommitIsolation, SessionMayAskForLess) {
	TxnWorld world;
	auto result = world.Commit(LateReader(world, {}, IsolationLevel::WRITE_SERIALIZABLE));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(world.InfoOf(2).isolation_level, "WriteSerializable");
	EXPECT_EQ(world.InfoOf(0).isolation_level, "Serializable");
}

TEST(CommitIsolation, SessionMayAskForMore) {
	TxnWorld world;
	auto request = LateReader(world, WRITE_SERIALIZABLE_TABLE, IsolationLevel::SERIALIZABLE);
	EXPECT_EQ(world.Commit(request).outcome, CommitOutcome::CONFLICT);
	request.base = world.Latest();
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(world.InfoOf(2).isolation_level, "Serializable");
}

TEST(CommitIsolation, RearrangedFilesAreSnapshotIsolatedWhateverIsAskedFor) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto request = world.Append(base, "compact");
	request.change.added_files[0].data_change = false;
	request.isolation = IsolationLevel::SERIALIZABLE;
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(world.InfoOf(1).isolation_level, "SnapshotIsolation");
}

TEST(CommitLoop, InCommitTimestampsGrowOverRebases) {
	TxnWorld world;
	auto created = world.Commit(world.Create({{"delta.enableInCommitTimestamps", "true"}}));
	ASSERT_EQ(created.outcome, CommitOutcome::COMMITTED) << created.message;
	CommitInfo info;
	info.in_commit_timestamp = world.clock.NowMs() + 1000000;
	info.is_blind_append = true;
	world.memory->PutIfAbsent(world.plain.CommitPath(1), EncodeCommit({info, TxnWorld::File("theirs")}));
	auto result = world.Commit(world.Append(created.snapshot, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.version, 2);
	EXPECT_EQ(world.InfoOf(2).in_commit_timestamp, *info.in_commit_timestamp + 1);
	EXPECT_EQ(result.snapshot->timestamp_ms, *info.in_commit_timestamp + 1);
}

TEST(CommitLoop, TurningInCommitTimestampsOnSaysSinceWhen) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	world.PutForeign(1, {TxnWorld::File("theirs")});
	CommitRequest request = world.Create({{"delta.enableInCommitTimestamps", "true"}});
	request.change.added_files.clear();
	request.base = created.snapshot;
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	auto configuration = world.Latest()->configuration->GetMetadata().configuration;
	EXPECT_EQ(configuration.at("delta.inCommitTimestampEnablementVersion"), "2");
	EXPECT_EQ(configuration.at("delta.inCommitTimestampEnablementTimestamp"),
	          std::to_string(*world.InfoOf(2).in_commit_timestamp));
}

TEST(CommitLoop, RebasesOverSeveralWinners) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	for (int64_t version = 1; version <= 5; version++) {
		world.PutForeign(version, {TxnWorld::File("theirs" + std::to_string(version))});
	}
	auto result = world.Commit(world.Append(created.snapshot, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.version, 6);
	EXPECT_EQ(result.attempts, 2u);
	EXPECT_EQ(result.snapshot->files.LiveCount(), 7u);
}

TEST(CommitLoop, ConflictNamesTableVersionsAndWinner) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	world.PutForeign(1, {TxnWorld::File("harmless")});
	RemoveFile remove;
	remove.path = "first";
	world.PutForeign(2, {remove}, "DELETE");
	auto request = world.Append(created.snapshot, "mine");
	request.read_set.files = {"first"};
	auto result = world.Commit(request);
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::CONCURRENT_DELETE_READ);
	EXPECT_EQ(result.conflict->winner_version, 2);
	for (auto part : {"lake.sales.orders", "version 0", "version 2", "DELETE", "Apache-Spark/3.5", "first", "again"}) {
		EXPECT_NE(result.message.find(part), std::string::npos) << part << " in " << result.message;
	}
	EXPECT_EQ(world.CountAdds("mine"), 0u);
}

TEST(CommitLoop, SecondCreatorLearnsThatTheTableExists) {
	TxnWorld world;
	world.Commit(world.Create());
	auto result = world.Commit(world.Create());
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::TABLE_EXISTS);
	EXPECT_EQ(world.CountAdds("first"), 1u);
}

TEST(CommitLoop, DroppedTableIsAConflictAndCanBeMadeAgain) {
	TxnWorld world;
	auto created = world.Commit(world.Create());
	CommitRequest drop;
	drop.location = world.location;
	drop.base = created.snapshot;
	drop.change.operation = "DROP TABLE";
	drop.change.metadata = TxnWorld::MakeMetadata({{"merganser.dropped", "true"}});
	RemoveFile remove;
	remove.path = "first";
	drop.change.removed_files = {remove};
	drop.read_set.whole_table = true;
	auto dropped = world.Commit(drop);
	ASSERT_EQ(dropped.outcome, CommitOutcome::COMMITTED) << dropped.message;
	EXPECT_TRUE(dropped.snapshot->IsDropped());
	auto late = world.Commit(world.Append(created.snapshot, "late"));
	ASSERT_EQ(late.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(late.conflict->kind, ConflictKind::TABLE_DROPPED);
	auto blind = world.Commit(world.Append(dropped.snapshot, "blind"));
	EXPECT_EQ(blind.outcome, CommitOutcome::REJECTED);
	auto again = world.Create();
	again.base = dropped.snapshot;
	auto result = world.Commit(again);
	ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	EXPECT_EQ(result.version, 2);
	EXPECT_FALSE(result.snapshot->IsDropped());
	auto second = world.Commit(again);
	ASSERT_EQ(second.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(second.conflict->kind, ConflictKind::TABLE_EXISTS);
}

TEST(CommitLoop, ChangesThatWouldBreakTheTableAreRejectedBeforeAnyPut) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	auto contents = world.memory->Contents();
	auto rejects = [&](CommitRequest request) {
		auto result = world.Commit(request);
		EXPECT_NE(result.message.find("lake.sales.orders"), std::string::npos);
		return result.outcome == CommitOutcome::REJECTED && world.memory->Contents() == contents;
	};
	auto request = world.Append(base, "x");
	request.change.added_files.push_back(TxnWorld::File("x"));
	EXPECT_TRUE(rejects(request)) << "added twice";
	EXPECT_TRUE(rejects(world.Append(base, "first"))) << "live already";
	request = world.Append(base, "x");
	request.change.removed_files.resize(1);
	request.change.removed_files[0].path = "never there";
	EXPECT_TRUE(rejects(request)) << "remove of nothing";
	request.change.removed_files[0].path = "first";
	request.change.removed_files[0].data_change = false;
	EXPECT_TRUE(rejects(request)) << "dataChange mixed";
	request = world.Append(base, "x");
	request.change.added_files[0].partition_values["p"] = "1";
	EXPECT_TRUE(rejects(request)) << "partition values of an unpartitioned table";
	request = world.Create();
	request.change.protocol.reset();
	EXPECT_TRUE(rejects(request)) << "a new table without protocol";
}

TEST(CommitLoop, AppendOnlyTablesKeepTheirRows) {
	TxnWorld world;
	auto base = world.Commit(world.Create({{"delta.appendOnly", "true"}})).snapshot;
	ASSERT_TRUE(base);
	auto request = world.Append(base, "x");
	RemoveFile remove;
	remove.path = "first";
	request.change.removed_files = {remove};
	auto result = world.Commit(request);
	EXPECT_EQ(result.outcome, CommitOutcome::REJECTED);
	EXPECT_NE(result.message.find("delta.appendOnly"), std::string::npos) << result.message;
	request.change.removed_files[0].data_change = false;
	request.change.added_files[0].data_change = false;
	EXPECT_EQ(world.Commit(request).outcome, CommitOutcome::COMMITTED) << "rearranging rows is allowed";
}

TEST(CommitLoop, UpgradeToWhatWeCannotWriteIsAConflict) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	Protocol protocol;
	protocol.min_reader_version = 1;
	protocol.min_writer_version = 7;
	protocol.writer_features = {"appendOnly", "invariants", "featureOfTheFuture"};
	world.PutForeign(1, {protocol}, "UPGRADE PROTOCOL");
	auto result = world.Commit(world.Append(base, "mine"));
	ASSERT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.conflict->kind, ConflictKind::PROTOCOL_CHANGED);
}

//! Other writers are faster every time: a bounded number of attempts, then CONFLICT.
TEST(CommitLoop, LosingForeverIsAConflict) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.hook = [&](StoreCall call, const std::string &path) {
		auto file = ParseLogFileName(path);
		if (call == StoreCall::PUT_IF_ABSENT && file && file->kind == LogFileKind::COMMIT) {
			world.PutForeign(file->version, {});
		}
	};
	auto start_ms = world.clock.NowMs();
	auto result = world.Commit(world.Append(base, "mine"));
	EXPECT_EQ(result.outcome, CommitOutcome::CONFLICT);
	EXPECT_EQ(result.attempts, limits::COMMIT_ATTEMPTS_MAX);
	EXPECT_EQ(world.CountAdds("mine"), 0u);
	EXPECT_GT(world.clock.NowMs(), start_ms + 10000) << "it backs off";
}

TEST(CommitLoop, RefusedPutIsRejected) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.hook = [](StoreCall call, const std::string &) {
		if (call == StoreCall::PUT_IF_ABSENT) {
			throw Error(ErrorKind::PERMISSION, "403 to all of you");
		}
	};
	auto result = world.Commit(world.Append(base, "mine"));
	EXPECT_EQ(result.outcome, CommitOutcome::REJECTED);
	EXPECT_NE(result.message.find("403 to all of you"), std::string::npos);
}

TEST(CommitLoop, SlotThatCannotBeReadIsUnknown) {
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.memory->PutIfAbsent(world.plain.CommitPath(1), "{\"add\":{\"pa");
	auto result = world.Commit(world.Append(base, "mine"));
	EXPECT_EQ(result.outcome, CommitOutcome::UNKNOWN);
	for (auto part : {"lake.sales.orders", "version 1", "txnId", "00000000000000000001.json"}) {
		EXPECT_NE(result.message.find(part), std::string::npos) << part << " in " << result.message;
	}
	EXPECT_FALSE(world.memory->TryGet(world.plain.CommitPath(2)))
	    << "a later slot was tried before this one was settled";
}

TEST(CommitLoop, CancelledBetweenAttemptsLeavesNothing) {
	struct Cancelled : CancelToken {
		bool IsCancelled() const override {
			return true;
		}
	} cancelled;
	TxnWorld world;
	auto base = world.Commit(world.Create()).snapshot;
	world.PutForeign(1, {TxnWorld::File("theirs")});
	auto result = CommitChange(world.Append(base, "mine"),
	                           CommitEnvironment {LogContext {world.parquet, cancelled}, world.clock, world.random});
	EXPECT_EQ(result.outcome, CommitOutcome::REJECTED);
	EXPECT_EQ(world.CountAdds("mine"), 0u);
}

} // namespace merganser
