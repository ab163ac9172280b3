#include "log_fixture.hpp"

#include "log/checksum_file.hpp"

namespace merganser {

namespace {

using ReplayTest = LogTest;

} // namespace

TEST_F(ReplayTest, AddRemoveAndReAdd) {
	Commit(0, Created({Add("a"), Add("b", 10)}));
	Commit(1, {Remove("a")});
	EXPECT_EQ(Live(*Load()), (Files {"b"}));
	Commit(2, {Add("a", 7)});
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), (Files {"a", "b"}));
	EXPECT_EQ(snapshot->files.LiveBytes(), 17u);
	EXPECT_EQ(Live(*Load(1)), (Files {"b"}));
}

TEST_F(ReplayTest, LogicalFileIsPathAndDeletionVector) {
	Commit(0, Created({Add("a"), Add("b")}));
	Commit(1, {Add("a", 1, "dv1"), Remove("a")});
	EXPECT_EQ(Live(*Load()), (Files {"a|dv1", "b"}));
	// The order of lines in a commit does not matter for different keys.
	Commit(2, {Remove("a", "dv1"), Add("a", 1, "dv2")});
	EXPECT_EQ(Live(*Load()), (Files {"a|dv2", "b"}));
	// A late remove of an earlier vector says nothing about the file.
	Commit(3, {Remove("a", "dv1")});
	EXPECT_EQ(Live(*Load()), (Files {"a|dv2", "b"}));
	Commit(4, {Remove("a", "dv2")});
	EXPECT_EQ(Live(*Load()), (Files {"b"}));
}

TEST_F(ReplayTest, DeletionVectorKeysAgainstACheckpoint) {
	Commit(0, Created({Add("a"), Add("b")}));
	PutCheckpoint(V(1) + ".checkpoint.parquet",
	              Created({Add("a", 1, "dv1"), Remove("a"), Add("b"), Add("c", 1, "dv9")}));
	Commit(1, {Add("x")});
	Commit(2, {Remove("a", "dv1"), Add("a", 1, "dv2"), Remove("c"), Remove("b", "dv1")});
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), (Files {"a|dv2", "b", "c|dv9"}));
	EXPECT_EQ(snapshot->checkpoint_version, 1);
	EXPECT_EQ(snapshot->files.BatchOf(FileRef {0, 4}).CommitVersion(4), -1);
	EXPECT_EQ(snapshot->files.BatchOf(FileRef {1, 0}).CommitVersion(0), 2);
}

TEST_F(ReplayTest, AddOfAnExistingFileReplacesIt) {
	Commit(0, Created({Add("a", 5)}));
	PutCheckpoint(V(0) + ".checkpoint.parquet", Created({Add("a", 5)}));
	Commit(1, {Add("a", 6)});
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), (Files {"a"}));
	EXPECT_EQ(snapshot->files.LiveBytes(), 6u);
}

TEST_F(ReplayTest, LaterLineOfACommitWins) {
	Commit(0, Created({Add("a"), Remove("a"), Remove("b"), Add("b")}));
	EXPECT_EQ(Live(*Load()), (Files {"b"}));
}

TEST_F(ReplayTest, CanonicalPaths) {
	Commit(0, Created({Add("/some/unqualified/absolute/path"), Add("/with%20space/p@%23h")}));
	PutCheckpoint(V(0) + ".checkpoint.parquet",
	              Created({Add("/some/unqualified/absolute/path"), Add("/with%20space/p@%23h")}));
	Commit(1, {Remove("file:/some/unqualified/absolute/path"), Remove("file:///with%20space/p@%23h")});
	EXPECT_EQ(Live(*Load()), (Files {}));
}

TEST_F(ReplayTest, NewestMetadataProtocolTransactionsAndDomainsWin) {
	auto domain = [](const std::string &name, const std::string &text, bool removed) {
		return DomainMetadata {name, text, removed};
	};
	Commit(0, Created({SetTransaction {"app", 1, 5}, SetTransaction {"other", 9, {}}, domain("d", "old", false),
	                   domain("gone", "x", false)}));
	PutCheckpoint(V(0) + ".checkpoint.parquet", Created({SetTransaction {"app", 1, 5}, SetTransaction {"other", 9, {}},
	                                                     domain("d", "old", false), domain("gone", "x", false)}));
	auto metadata = Meta({}, {{"k", "v"}});
	Commit(1, {SetTransaction {"app", 2, 6}, domain("d", "new", false), domain("gone", "x", true), metadata});
	auto snapshot = Load();
	EXPECT_EQ(snapshot->transactions.at("app").version, 2);
	EXPECT_EQ(snapshot->transactions.at("other").version, 9);
	EXPECT_EQ(snapshot->domains.size(), 1u);
	EXPECT_EQ(snapshot->domains.at("d").configuration, "new");
	EXPECT_EQ(snapshot->configuration->GetMetadata().configuration.at("k"), "v");
	EXPECT_EQ(snapshot->configuration->GetProtocol().min_writer_version, 7);
}

TEST_F(ReplayTest, MissingProtocolOrMetadataNamesTableAndVersion) {
	Commit(0, {Features()});
	Commit(1, {Add("a")});
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "table 'lake.t': the log up to version 1 has no 'metaData'");
	Commit(0, {Meta()});
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "has no 'protocol'");
	PutCheckpoint(V(1) + ".checkpoint.parquet", {Meta(), Add("a")});
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "has no 'protocol'");
}

TEST_F(ReplayTest, UnknownFeatureIsRefused) {
	auto protocol = Features();
	protocol.reader_features->push_back("timeMachine");
	protocol.writer_features->push_back("timeMachine");
	Commit(0, {protocol, Meta()});
	EXPECT_ERROR(Load(), ErrorKind::UNSUPPORTED, "timeMachine");
}

TEST_F(ReplayTest, CorruptCommitNamesFileAndLine) {
	CommitMany(0, 1);
	PutLog(V(2) + ".json", "{\"commitInfo\":{}}\n{\"add\":{\"path\":\"x\"");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, V(2) + ".json");
	PutLog(V(2) + ".json", "");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "is empty");
}

TEST_F(ReplayTest, CorruptCheckpointIsCorrupt) {
	CommitMany(0, 3);
	PutLog(V(2) + ".checkpoint.parquet", "PAR1 not really");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "checkpoint");
}

TEST_F(ReplayTest, MultipartCheckpoint) {
	CommitMany(0, 4);
	PutCheckpoint(V(3) + ".checkpoint.0000000001.0000000002.parquet", Created({Add("p1"), Add("p2")}));
	PutCheckpoint(V(3) + ".checkpoint.0000000002.0000000002.parquet",
	              {Add("p3"), SetTransaction {"app", 4, {}}, Add("p4")});
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), (Files {"p1", "p2", "p3", "p4", "f4"}));
	EXPECT_EQ(snapshot->transactions.at("app").version, 4);
}

TEST_F(ReplayTest, V2CheckpointsWithAndWithoutSidecars) {
	CommitMany(0, 4);
	const std::string uuid = "80a083e8-7026-4e79-81be-64bd76c43a11";
	const std::vector<Action> top = {CheckpointMetadata {3, {}}, Features(), Meta(), Sidecar {"one.parquet", 1, 1, {}},
	                                 Sidecar {"t%20wo.parquet", 1, 1, {}}};
	PutCheckpoint("_sidecars/one.parquet", {Add("s1"), Remove("r1"), Add("s2")});
	PutCheckpoint("_sidecars/t wo.parquet", {Add("f4"), Add("s3", 2, "dv")});
	PutLog(V(3) + ".checkpoint." + uuid + ".json", EncodeCommit(top));
	EXPECT_EQ(Live(*Load()), (Files {"s1", "s2", "s3|dv", "f4"}));
	DropLog(V(3) + ".checkpoint." + uuid + ".json");
	PutCheckpoint(V(3) + ".checkpoint." + uuid + ".parquet", top);
	EXPECT_EQ(Live(*Load()), (Files {"s1", "s2", "s3|dv", "f4"}));
	DropLog(V(3) + ".checkpoint." + uuid + ".parquet");
	PutLog(V(3) + ".checkpoint." + uuid + ".json",
	       EncodeCommit(Created({CheckpointMetadata {3, {}}, Add("inline"), Remove("x")})));
	EXPECT_EQ(Live(*Load()), (Files {"inline", "f4"}));
	PutLog(V(3) + ".checkpoint." + uuid + ".json", EncodeCommit(Created({Sidecar {"../../x.parquet", 1, 1, {}}})));
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "outside");
	PutLog(V(3) + ".checkpoint." + uuid + ".json", EncodeCommit(Created({Sidecar {"none.parquet", 1, 1, {}}})));
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "none.parquet");
}

TEST_F(ReplayTest, CompactedFileGivesTheSameState) {
	CommitMany(0, 3);
	Commit(4, {Remove("f2"), SetTransaction {"app", 1, {}}});
	Commit(5, {Add("f2", 9)});
	Commit(6, {Remove("f1")});
	auto expected = Live(*Load());
	PutLog(V(2) + "." + V(5) + ".compacted.json",
	       EncodeCommit({Add("f2", 9), Add("f3"), SetTransaction {"app", 1, {}}}));
	counting->Reset();
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), expected);
	EXPECT_EQ(snapshot->transactions.at("app").version, 1);
	EXPECT_EQ(counting->Counts().Of(StoreCall::GET), 5u);
}

TEST_F(ReplayTest, CompactedFileOfUnreconciledCommitsHasTheNewestFirst) {
	CommitMany(0, 3);
	PutLog(V(1) + "." + V(3) + ".compacted.json", EncodeCommit({SetTransaction {"app", 3, {}}, Add("f3"), Remove("f1"),
	                                                            SetTransaction {"app", 2, {}}, Add("f2"), Add("f1")}));
	auto snapshot = Load();
	EXPECT_EQ(Live(*snapshot), (std::multiset<std::string> {"f2", "f3"}));
	EXPECT_EQ(snapshot->transactions.at("app").version, 3);
}

TEST_F(ReplayTest, DroppedTables) {
	Commit(0, {Features(), Meta({}, {{"merganser.dropped", "true"}})});
	EXPECT_TRUE(Load()->IsDropped());
	auto tombstone = Meta();
	tombstone.schema_string =
	    R"({"type":"struct","fields":[{"name":"__duckrun_deleted__","type":"long","nullable":true,"metadata":{}}]})";
	Commit(1, {tombstone});
	EXPECT_TRUE(Load()->IsDropped());
	Commit(2, {Meta()});
	EXPECT_FALSE(Load()->IsDropped());
}

TEST_F(ReplayTest, ChecksumIsWrittenOnceAndChecks) {
	Commit(0, Created({Add("a", 5), Add("b", 6), SetTransaction {"app", 1, {}}, DomainMetadata {"d", "{}", false}}));
	auto snapshot = Load();
	EXPECT_FALSE(FindChecksumMismatch(*snapshot));
	WriteChecksum(*snapshot, "txn");
	EXPECT_FALSE(FindChecksumMismatch(*snapshot));
	auto text = *memory->TryGet(ChecksumPath(location, 0));
	EXPECT_NE(text.find(R"("txnId":"txn","tableSizeBytes":11,"numFiles":2,"numMetadata":1,"numProtocol":1)"),
	          std::string::npos)
	    << text;
	EXPECT_NE(text.find(R"("metadata":{"id":)"), std::string::npos) << text;
	WriteChecksum(*snapshot, "another");
	EXPECT_EQ(*memory->TryGet(ChecksumPath(location, 0)), text);
	Commit(0, Created({Add("a", 5)}));
	EXPECT_NE(FindChecksumMismatch(*Load())->find("tableSizeBytes"), std::string::npos);
}

TEST_F(ReplayTest, FilesCleanedUpWhileReadingAreReadAgain) {
	CommitMany(0, 3);
	DropLog(V(1) + ".json");
	EXPECT_ERROR(Load(), ErrorKind::CORRUPT, "version 1 is missing");
}

} // namespace merganser
