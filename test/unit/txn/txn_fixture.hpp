#pragma once

#include "base/error.hpp"
#include "log/commit_append.hpp"
#include "protocol/action_json.hpp"
#include "sim/hooked_store.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "txn/commit_loop.hpp"

#include <memory>
#include <string>

namespace merganser {

//! No table here has a checkpoint.
class NoParquet : public ParquetPort {
public:
	std::vector<uint64_t> CountRows(ObjectStore &, const std::vector<std::string> &) override {
		throw Error(ErrorKind::INTERNAL, "no Parquet here");
	}
	void ReadCheckpoint(ObjectStore &, const CheckpointReadRequest &, const std::function<void(CheckpointRows &)> &,
	                    const CancelToken &) override {
		throw Error(ErrorKind::INTERNAL, "no Parquet here");
	}
	PutOutcome WriteCheckpoint(ObjectStore &, const std::string &, CheckpointSource &, uint64_t &) override {
		throw Error(ErrorKind::INTERNAL, "no Parquet here");
	}
};

//! One table in memory, seen through a store that can be broken and one that is whole.
struct TxnWorld {
	MockClock clock {1700000000000};
	SeededRandom random {42};
	NoParquet parquet;
	std::shared_ptr<MemoryStore> memory = std::make_shared<MemoryStore>(clock);
	std::shared_ptr<FaultyStore> faulty = std::make_shared<FaultyStore>(memory, FaultPlan(), clock);
	//! Called before every call of `location`'s store.
	HookedStore::Hook hook;
	TableLocation location {std::make_shared<HookedStore>(faulty,
	                                                      [this](StoreCall call, const std::string &path) {
		                                                      if (hook) {
			                                                      hook(call, path);
		                                                      }
	                                                      }),
	                        "lake/t", "lake.sales.orders"};
	TableLocation plain {memory, "lake/t", "lake.sales.orders"};

	CommitResult Commit(const CommitRequest &request) {
		return CommitChange(request, CommitEnvironment {LogContext {parquet}, clock, random});
	}
	SnapshotPtr Latest() {
		return LoadSnapshot(plain, LogContext {parquet});
	}

	static AddFile File(const std::string &path) {
		AddFile file;
		file.path = path;
		file.size = 10;
		file.stats = R"({"numRecords":1})";
		return file;
	}
	static Metadata MakeMetadata(const StringMap &properties = {}) {
		Schema schema;
		schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
		Metadata metadata;
		metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
		metadata.schema_string = WriteSchema(schema);
		metadata.configuration = properties;
		return metadata;
	}
	CommitRequest Create(const StringMap &properties = {}) {
		CommitRequest request;
		request.location = location;
		request.engine_info = "Merganser/test";
		request.change.metadata = MakeMetadata(properties);
		request.change.protocol = SmallestProtocol(ParseSchema(request.change.metadata->schema_string), properties);
		request.change.operation = "CREATE TABLE";
		request.change.added_files = {File("first")};
		return request;
	}
	CommitRequest Append(const SnapshotPtr &base, const std::string &path) {
		CommitRequest request;
		request.location = location;
		request.engine_info = "Merganser/test";
		request.base = base;
		request.change.operation = "WRITE";
		request.change.added_files = {File(path)};
		return request;
	}
	//! A commit of another engine, straight into the store.
	void PutForeign(int64_t version, std::vector<Action> actions, const std::string &operation = "WRITE") {
		CommitInfo info;
		info.operation = operation;
		info.engine_info = "Apache-Spark/3.5";
		info.txn_id = "foreign-" + std::to_string(version);
		info.is_blind_append = true;
		actions.insert(actions.begin(), info);
		memory->PutIfAbsent(plain.CommitPath(version), EncodeCommit(actions));
	}
	//! Times that the path is added in the log; fails unless versions are contiguous from 0.
	size_t CountAdds(const std::string &path) {
		size_t commit_files = 0;
		size_t count = 0;
		for (auto &[name, bytes] : memory->Contents()) {
			auto file = ParseLogFileName(name);
			if (!file || file->kind != LogFileKind::COMMIT) {
				continue;
			}
			Verify(name == plain.CommitPath(int64_t(commit_files++)), "the log is contiguous");
			ParseActions(bytes, name, [&](Action &&action) {
				auto add = std::get_if<AddFile>(&action);
				count += add && add->path == path;
			});
		}
		return count;
	}
	CommitInfo InfoOf(int64_t version) {
		return std::get<CommitInfo>(ReadCommit(plain, version)[0]);
	}
};

} // namespace merganser
