#include "protocol/action_json.hpp"
#include "protocol/schema.hpp"
#include "support/protocol_fuzz.hpp"

using namespace merganser;

static const std::vector<std::string> ACTIONS = {
    R"({"add":{"path":"d=a%20b/x.parquet","partitionValues":{"d":"a b","e":null},"size":841454,)"
    R"("modificationTime":1512909768000,"dataChange":false,"stats":"{\"numRecords\":1}","tags":{"k":"v",)"
    R"("n":null},"deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,)"
    R"("sizeInBytes":40,"cardinality":6},"baseRowId":4071,"defaultRowCommitVersion":41,)"
    R"("clusteringProvider":"liquid"}})",
    R"({"remove":{"path":"a.parquet","deletionTimestamp":7,"dataChange":true,"extendedFileMetadata":true,)"
    R"("partitionValues":{},"size":5,"tags":{}}})",
    R"({"cdc":{"path":"_change_data/c.parquet","partitionValues":{"p":"1"},"size":1213,"dataChange":false}})",
    R"({"metaData":{"id":"i","name":"n","description":"d","format":{"provider":"parquet","options":{"a":"b"}},)"
    R"("schemaString":"{}","partitionColumns":["a"],"configuration":{"delta.appendOnly":"true"},"createdTime":3}})",
    R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],)"
    R"("writerFeatures":["appendOnly"]}})",
    R"({"txn":{"appId":"a","version":1,"lastUpdated":2}})",
    R"({"domainMetadata":{"domain":"delta.x","configuration":"{\"k\":1}","removed":true}})",
    R"({"checkpointMetadata":{"version":1,"tags":{"numOfAddFiles":"42"}}})",
    R"({"sidecar":{"path":"s.parquet","sizeInBytes":1,"modificationTime":2,"tags":{}}})",
    R"({"commitInfo":{"inCommitTimestamp":5,"timestamp":4,"operation":"WRITE",)"
    R"("operationParameters":{"mode":"Append","partitionBy":"[]"},"readVersion":0,)"
    R"("isolationLevel":"Serializable","isBlindAppend":true,"operationMetrics":{"numFiles":"1"},)"
    R"("userMetadata":"u","engineInfo":"e","txnId":"t","notebook":{"id":[1,2.5]}}})",
};
static const std::vector<std::string> SCHEMAS = {
    R"schema({"type":"struct","fields":[{"name":"s","type":{"type":"struct","fields":[{"name":"a",)schema"
    R"schema("type":{"type":"array","elementType":{"type":"map","keyType":"string","valueType":"decimal(10,2)",)schema"
    R"schema("valueContainsNull":false},"containsNull":true},"nullable":false,"metadata":{}}]},"nullable":true,)schema"
    R"schema("metadata":{"comment":"a \"b\"","delta.columnMapping.id":5,)schema"
    R"schema("delta.typeChanges":[{"fromType":"float","toType":"double"}],"other":{"x":[1,null,"y"]}}},)schema"
    R"schema({"name":"t","type":"timestamp_ntz"}]})schema",
};
static const std::vector<std::string> PIECES = {
    "null",
    "true",
    "\"",
    "\\",
    "\\u0000",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "-1",
    "1e999",
    "99999999999999999999",
    "1.5",
    "\xFF",
    "\"add\":",
    "\"path\":\"x\",",
    "\"timestamp\":\"a\",",
    "\"offset\":null,",
    "decimal(38,38)",
    "double",
    "void",
    "variant",
    "\"type\":",
};

static void CheckActions(const std::string &text) {
	std::vector<std::string> lines;
	ParseActions(text, "fuzz", [&](Action &&action) { lines.push_back(WriteAction(action)); });
	for (auto &line : lines) {
		size_t count = 0;
		ParseActions(line, "again", [&](Action &&action) {
			count++;
			FuzzCheck(WriteAction(action) == line, "parse(write(x)) == x", line);
		});
		FuzzCheck(count == 1, "one action per line", line);
	}
}

static void CheckSchema(const std::string &text) {
	auto schema = ParseSchema(text);
	FuzzCheck(ParseSchema(WriteSchema(schema)) == schema, "parse(write(schema)) == schema", text);
	for (auto &leaf : LeafColumns(schema)) {
		FuzzCheck(!leaf.type->IsNested() && leaf.physical_path.size() == leaf.logical_path.size(), "a leaf is a leaf",
		          text);
	}
}

int main(int argc, char **argv) {
	return RunFuzz(argc, argv, [](FuzzInput &input) {
		switch (input.Below(8)) {
		case 0:
			CheckActions(input.Bytes(200));
			return;
		case 1:
		case 2:
			CheckSchema(input.Mutate(input.OneOf(SCHEMAS), PIECES));
			return;
		default:
			CheckActions(input.Mutate(input.OneOf(ACTIONS), PIECES) + "\n" + input.OneOf(ACTIONS));
			return;
		}
	});
}
