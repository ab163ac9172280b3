#pragma once

#include "base/error.hpp"
#include "log/commit_append.hpp"
#include "log/log_file_name.hpp"
#include "log/snapshot.hpp"
#include "protocol/action_json.hpp"
#include "store/counting_store.hpp"
#include "store/memory_store.hpp"
#include "support/text_parquet_port.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

namespace merganser {

inline std::string V(int64_t version) {
	return VersionText(version);
}

//! A table in memory behind a counting store, and short ways to write its log.
class LogTest : public ::testing::Test {
protected:
	LogTest()
	    : clock(1000000), memory(std::make_shared<MemoryStore>(clock)),
	      counting(std::make_shared<CountingStore>(memory, false)), location {counting, "lake/t", "lake.t"} {
	}

	static AddFile Add(const std::string &path, int64_t size = 1, const std::string &dv = "") {
		AddFile file;
		file.path = path;
		file.size = size;
		file.modification_time = 5;
		if (!dv.empty()) {
			file.deletion_vector = Vector(dv);
		}
		return file;
	}
	static RemoveFile Remove(const std::string &path, const std::string &dv = "", int64_t deleted_ms = 900000) {
		RemoveFile file;
		file.path = path;
		file.deletion_timestamp = deleted_ms;
		if (!dv.empty()) {
			file.deletion_vector = Vector(dv);
		}
		return file;
	}
	static DeletionVectorDescriptor Vector(const std::string &id) {
		DeletionVectorDescriptor vector;
		vector.path_or_inline_dv = id;
		vector.size_in_bytes = 4;
		vector.cardinality = 1;
		return vector;
	}
	static Metadata Meta(std::vector<std::string> partition_columns = {}, StringMap configuration = {}) {
		Metadata metadata;
		metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
		metadata.schema_string = R"({"type":"struct","fields":[)"
		                         R"({"name":"a","type":"long","nullable":true,"metadata":{}},)"
		                         R"({"name":"s","type":"string","nullable":true,"metadata":{}},)"
		                         R"({"name":"p","type":"string","nullable":true,"metadata":{}}]})";
		metadata.partition_columns = std::move(partition_columns);
		metadata.configuration = std::move(configuration);
		return metadata;
	}
	static Protocol Features() {
		Protocol protocol;
		protocol.min_reader_version = 3;
		protocol.min_writer_version = 7;
		protocol.reader_features = std::vector<std::string> {"deletionVectors", "v2Checkpoint"};
		protocol.writer_features = std::vector<std::string> {"deletionVectors", "v2Checkpoint", "domainMetadata",
		                                                     "inCommitTimestamp", "appendOnly"};
		return protocol;
	}
	static std::vector<Action> Created(std::vector<Action> more = {}) {
		std::vector<Action> actions = {Features(), Meta()};
		actions.insert(actions.end(), more.begin(), more.end());
		return actions;
	}
	static std::string Stats(int64_t records, int64_t min, int64_t max) {
		return R"({"numRecords":)" + std::to_string(records) + R"(,"minValues":{"a":)" + std::to_string(min) +
		       R"(,"s":"x"},"maxValues":{"a":)" + std::to_string(max) + R"(,"s":"y"},"nullCount":{"a":0,"s":1}})";
	}

	//! Writes a commit a second after the one before.
	LogFile Commit(int64_t version, const std::vector<Action> &actions) {
		clock.AdvanceMs(1000);
		const auto path = location.CommitPath(version);
		memory->Put(path, EncodeCommit(actions));
		auto info = memory->Head(path);
		LogFile file = *ParseLogFileName(path);
		file.size_bytes = info->size_bytes;
		file.modified_ms = info->modified_ms;
		return file;
	}
	//! Commits of one file f<version> each, from version 1 on; version 0 creates the table.
	void CommitMany(int64_t first, int64_t last) {
		for (auto version = first; version <= last; version++) {
			Commit(version, version == 0 ? Created() : std::vector<Action> {Add("f" + std::to_string(version))});
		}
	}
	void PutLog(const std::string &name, const std::string &text) {
		memory->Put(location.LogFolder() + "/" + name, text);
	}
	void PutCheckpoint(const std::string &name, const std::vector<Action> &actions) {
		PutLog(name, TextParquetPort::Encode(actions));
	}
	void DropLog(const std::string &name) {
		memory->Delete(location.LogFolder() + "/" + name);
	}
	void ForgetCommits(int64_t up_to) {
		for (int64_t version = 0; version < up_to; version++) {
			DropLog(V(version) + ".json");
		}
	}
	//! The files of the log that are of this kind.
	std::vector<LogFile> LogFilesOf(LogFileKind kind) {
		std::vector<LogFile> files;
		for (auto &object : memory->List(location.LogFolder(), ListDepth::SHALLOW)) {
			const auto file = ParseLogFileName(object.path);
			if (file && file->kind == kind) {
				files.push_back(*file);
			}
		}
		return files;
	}
	SnapshotPtr Load(std::optional<int64_t> version = std::nullopt) {
		return LoadSnapshot(location, context, version);
	}
	//! path or path|dv of every live file.
	static std::multiset<std::string> Live(const Snapshot &snapshot) {
		std::multiset<std::string> files;
		uint64_t bytes = 0;
		snapshot.files.ForEachLive([&](FileRef file) {
			auto &batch = snapshot.files.BatchOf(file);
			auto vector = batch.DeletionVector(file.row);
			files.insert(std::string(batch.Path(file.row)) + (vector ? "|" + vector->path_or_inline_dv : ""));
			bytes += batch.SizeBytes(file.row);
		});
		EXPECT_EQ(files.size(), snapshot.files.LiveCount());
		EXPECT_EQ(bytes, snapshot.files.LiveBytes());
		return files;
	}
	using Files = std::multiset<std::string>;

	//! The actions of one kind.
	template <class T>
	static std::vector<T> Of(const std::vector<Action> &actions) {
		std::vector<T> found;
		for (auto &action : actions) {
			if (auto value = std::get_if<T>(&action)) {
				found.push_back(*value);
			}
		}
		return found;
	}
	//! What TextParquetPort wrote.
	std::vector<Action> ActionsIn(const std::string &path) {
		std::vector<Action> actions;
		const auto text = memory->TryGet(path);
		EXPECT_TRUE(text) << path;
		ParseActions(text->substr(std::string_view(TextParquetPort::MAGIC).size()), path,
		             [&](Action &&action) { actions.push_back(std::move(action)); });
		return actions;
	}

	MockClock clock;
	std::shared_ptr<MemoryStore> memory;
	std::shared_ptr<CountingStore> counting;
	TableLocation location;
	TextParquetPort port;
	LogContext context {port};
};

//! The error that `call` ends with; fails the test when it does not.
template <class CALL>
Error ErrorOf(CALL &&call) {
	try {
		call();
	} catch (const Error &error) {
		return error;
	}
	ADD_FAILURE() << "no error";
	return Error(ErrorKind::INTERNAL, "none");
}

#define EXPECT_ERROR(call, expected_kind, text)                                                                        \
	do {                                                                                                               \
		auto error = ErrorOf([&] { call; });                                                                           \
		EXPECT_EQ(int(error.kind), int(expected_kind)) << error.what();                                                \
		EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();                            \
	} while (false)

} // namespace merganser
