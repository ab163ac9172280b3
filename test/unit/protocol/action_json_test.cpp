#include "base/error.hpp"
#include "protocol/action_json.hpp"

#include <gtest/gtest.h>

namespace merganser {
namespace {

std::vector<Action> Parse(std::string_view text) {
	std::vector<Action> actions;
	ParseActions(text, "0.json", [&](Action &&action) { actions.push_back(std::move(action)); });
	return actions;
}

template <class ACTION>
ACTION ParseOne(std::string_view text) {
	auto actions = Parse(text);
	EXPECT_EQ(actions.size(), 1u);
	return std::get<ACTION>(actions.at(0));
}

ErrorKind ActionError(std::string_view text, std::string *message = nullptr) {
	try {
		Parse(text);
	} catch (const Error &error) {
		if (message) {
			*message = error.what();
		}
		return error.kind;
	}
	ADD_FAILURE() << "no error for " << text;
	return ErrorKind::INTERNAL;
}

TEST(ActionJson, ReadsEveryFieldOfAdd) {
	auto add = ParseOne<AddFile>(
	    R"({"add":{"path":"d=a%20b/x.parquet","partitionValues":{"d":"a b","e":null},"size":841454,)"
	    R"("modificationTime":1512909768000,)"
	    R"("dataChange":false,"stats":"{\"numRecords\":1}","tags":{"k":"v","n":null},)"
	    R"("deletionVector":{"storageType":"u",)"
	    R"("pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6},"baseRowId":4071,)"
	    R"("defaultRowCommitVersion":41,"clusteringProvider":"liquid","futureField":{"a":[1]}}})");
	EXPECT_EQ(add.path, "d=a%20b/x.parquet");
	EXPECT_EQ(add.partition_values.at("d"), "a b");
	EXPECT_EQ(add.partition_values.at("e"), std::nullopt);
	EXPECT_EQ(add.size, 841454);
	EXPECT_EQ(add.modification_time, 1512909768000);
	EXPECT_FALSE(add.data_change);
	EXPECT_EQ(add.stats, R"({"numRecords":1})");
	EXPECT_EQ(add.tags, (StringMap {{"k", "v"}}));
	ASSERT_TRUE(add.deletion_vector);
	EXPECT_EQ(add.deletion_vector->UniqueId(), "uab^-aqEH.-t@S}K{vb[*k^@4");
	EXPECT_EQ(add.deletion_vector->cardinality, 6);
	EXPECT_EQ(add.base_row_id, 4071);
	EXPECT_EQ(add.default_row_commit_version, 41);
	EXPECT_EQ(add.clustering_provider, "liquid");
}

TEST(ActionJson, WritesAsSparkDoes) {
	for (std::string line : {
	         R"({"add":{"path":"a.parquet","partitionValues":{"e":null},"size":1,"modificationTime":2,)"
	         R"("dataChange":true}})",
	         R"({"remove":{"path":"a.parquet","deletionTimestamp":7,"dataChange":true,)"
	         R"("extendedFileMetadata":true,"partitionValues":{},"size":5}})",
	         R"({"remove":{"path":"a.parquet","dataChange":false}})",
	         R"({"cdc":{"path":"_change_data/c.parquet","partitionValues":{},"size":1213,"dataChange":false}})",
	         R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{}",)"
	         R"("partitionColumns":["a"],"configuration":{"delta.appendOnly":"true"},"createdTime":3}})",
	         R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})",
	         R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[],)"
	         R"("writerFeatures":["appendOnly"]}})",
	         R"({"txn":{"appId":"a","version":364475}})",
	         R"({"txn":{"appId":"a","version":1,"lastUpdated":2}})",
	         R"({"domainMetadata":{"domain":"delta.x","configuration":"{\"k\":1}","removed":false}})",
	         R"({"checkpointMetadata":{"version":1,"tags":{"numOfAddFiles":"42"}}})",
	         R"({"sidecar":{"path":"s.parquet","sizeInBytes":1,"modificationTime":2,"tags":{}}})",
	         R"({"commitInfo":{"inCommitTimestamp":5,"timestamp":4,"operation":"WRITE",)"
	         R"("operationParameters":{"mode":"Append","partitionBy":"[]"},"readVersion":0,)"
	         R"("isolationLevel":"Serializable","isBlindAppend":true,"operationMetrics":{"numFiles":"1"},)"
	         R"("userMetadata":"u","engineInfo":"e","txnId":"t","notebook":{"id":[1,2.5]}}})",
	     }) {
		auto actions = Parse(line);
		ASSERT_EQ(actions.size(), 1u) << line;
		EXPECT_EQ(WriteAction(actions[0]), line);
	}
}

TEST(ActionJson, OffsetOfADeletionVectorStaysAbsent) {
	auto line =
	    R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true,"deletionVector":)"
	    R"({"storageType":"i","pathOrInlineDv":"x","sizeInBytes":4,"cardinality":1}}})";
	auto add = ParseOne<AddFile>(line);
	EXPECT_EQ(add.deletion_vector->offset, std::nullopt);
	EXPECT_EQ(add.deletion_vector->UniqueId(), "ix");
	EXPECT_EQ(WriteAction(add), line);
}

TEST(ActionJson, CommitInfoTakesAnyJson) {
	auto info = ParseOne<CommitInfo>(
	    R"({"commitInfo":{"timestamp":"late","operation":7,"operationParameters":{"a":true,"b":{"c":[1]},)"
	    R"("d":null,"e":1.5},"x":null,"y":[]}})");
	EXPECT_EQ(info.timestamp, std::nullopt);
	EXPECT_EQ(info.operation, std::nullopt);
	EXPECT_EQ(info.operation_parameters, (StringMap {{"a", "true"}, {"b", R"({"c":[1]})"}, {"e", "1.5"}}));
	EXPECT_EQ(info.other, (StringMap {{"timestamp", R"("late")"}, {"operation", "7"}, {"y", "[]"}}));
	auto again = ParseOne<CommitInfo>(WriteAction(info));
	EXPECT_EQ(again.other, info.other);
	EXPECT_EQ(again.operation_parameters, info.operation_parameters);
}

TEST(ActionJson, SkipsWhatItDoesNotKnow) {
	auto actions = Parse(
	    "\n{\"future\":{\"a\":1}}\r\n  \n{\"add\":null,\"txn\":{\"appId\":\"a\",\"version\":1,\"new\":[{}]}}\n\n");
	ASSERT_EQ(actions.size(), 1u);
	EXPECT_EQ(std::get<SetTransaction>(actions[0]).app_id, "a");
	EXPECT_TRUE(Parse("").empty());
}

TEST(ActionJson, MapsOfStringsTakeOtherScalars) {
	auto metadata = ParseOne<Metadata>(
	    R"({"metaData":{"id":"i","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":[],)"
	    R"("configuration":{"a":true,"b":5,"c":null}}})");
	EXPECT_EQ(metadata.configuration, (StringMap {{"a", "true"}, {"b", "5"}}));
	EXPECT_TRUE(metadata.format.options.empty());
}

TEST(ActionJson, RefusesDamagedLines) {
	std::string message;
	EXPECT_EQ(ActionError("{\"txn\":{\"appId\":\"a\",\"version\":1}}\n{\"txn\":{\"appId\":\"a\"", &message),
	          ErrorKind::CORRUPT);
	EXPECT_NE(message.find("0.json line 2"), std::string::npos) << message;
	EXPECT_EQ(ActionError("[1]"), ErrorKind::CORRUPT);
	EXPECT_EQ(ActionError("5"), ErrorKind::CORRUPT);
	EXPECT_EQ(ActionError("{\"add\":[]}"), ErrorKind::CORRUPT);
	EXPECT_EQ(ActionError("{\"commitInfo\":1}"), ErrorKind::CORRUPT);
	EXPECT_EQ(ActionError("{} {}"), ErrorKind::CORRUPT);
	std::string deep = "{\"future\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
	EXPECT_EQ(ActionError(deep), ErrorKind::CORRUPT);
}

TEST(ActionJson, RefusesMissingRequiredFields) {
	for (auto line : {
	         R"({"add":{"partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}})",
	         R"({"add":{"path":"a","size":1,"modificationTime":2,"dataChange":true}})",
	         R"({"add":{"path":"a","partitionValues":{},"modificationTime":2,"dataChange":true}})",
	         R"({"add":{"path":"a","partitionValues":{},"size":1,"dataChange":true}})",
	         R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":2}})",
	         R"({"add":{"path":"a","partitionValues":{},"size":"1","modificationTime":2,"dataChange":true}})",
	         R"({"remove":{"dataChange":true}})",
	         R"({"remove":{"path":"a"}})",
	         R"({"cdc":{"path":"a","size":1}})",
	         R"({"metaData":{"id":"i","format":{"provider":"parquet"},"partitionColumns":[],"configuration":{}}})",
	         R"({"metaData":{"id":"i","format":{"provider":"parquet"},"schemaString":"{}","configuration":{}}})",
	         R"({"protocol":{"minReaderVersion":1}})",
	         R"({"protocol":{"minReaderVersion":99999999999,"minWriterVersion":2}})",
	         R"({"txn":{"version":1}})",
	         R"({"domainMetadata":{"domain":"d","configuration":"c"}})",
	         R"({"sidecar":{"path":"a","sizeInBytes":1}})",
	         R"({"checkpointMetadata":{}})",
	         R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true,)"
	         R"("deletionVector":{"storageType":"x","pathOrInlineDv":"a","sizeInBytes":1,"cardinality":1}}})",
	         R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true,)"
	         R"("deletionVector":{"storageType":"u","pathOrInlineDv":"a","sizeInBytes":-1,"cardinality":1}}})",
	     }) {
		EXPECT_EQ(ActionError(line), ErrorKind::CORRUPT) << line;
	}
}

} // namespace
} // namespace merganser
