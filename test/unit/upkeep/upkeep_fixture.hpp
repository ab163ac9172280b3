#pragma once

#include "base/random.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/log_file_name.hpp"
#include "sim/hooked_store.hpp"
#include "store/memory_store.hpp"
#include "support/text_parquet_port.hpp"
#include "txn/commit_loop.hpp"
#include "txn/overwrite.hpp"
#include "upkeep/log_cleanup.hpp"
#include "upkeep/vacuum.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

namespace merganser {

constexpr int64_t HOUR_MS = 3600000;
constexpr int64_t DAY_MS = 24 * HOUR_MS;

//! A table in memory whose data files are there, and a clock that moves when told.
class UpkeepTest : public testing::Test {
protected:
	void Create(const StringMap &properties = {}) {
		Schema schema;
		schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
		TableChange change;
		change.metadata.emplace();
		change.metadata->id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
		change.metadata->schema_string = WriteSchema(schema);
		change.metadata->configuration = properties;
		change.protocol = SmallestProtocol(schema, properties);
		change.operation = "CREATE TABLE";
		Change(std::move(change), nullptr);
	}
	void Add(const std::string &path) {
		TableChange change;
		change.operation = "WRITE";
		change.added_files = {NewFile(path)};
		Change(std::move(change), Latest());
	}
	//! Every file is removed, and a new one added.
	void Overwrite(const std::string &path) {
		const auto base = Latest();
		TableChange change;
		change.operation = "WRITE";
		RemoveAllFiles(*base, clock.NowMs(), change);
		change.added_files = {NewFile(path)};
		Change(std::move(change), base);
	}
	AddFile NewFile(const std::string &path) {
		memory->Put(plain.root + "/" + path, "0123456789");
		AddFile file;
		file.path = path;
		file.size = 10;
		file.modification_time = clock.NowMs();
		file.stats = R"({"numRecords":1})";
		return file;
	}
	void Change(TableChange change, SnapshotPtr base) {
		CommitRequest request;
		request.location = plain;
		request.base = std::move(base);
		request.change = std::move(change);
		request.engine_info = "Merganser/test";
		const auto result = CommitChange(request, Environment());
		ASSERT_EQ(result.outcome, CommitOutcome::COMMITTED) << result.message;
	}
	void Checkpoint() {
		WriteCheckpoint(*Latest(), LogContext {port}, clock.NowMs(), layout);
	}
	//! A commit of another engine.
	void PutForeign(int64_t version, const std::string &lines) {
		memory->Put(plain.CommitPath(version), lines);
	}

	SnapshotPtr Latest() {
		return LoadSnapshot(plain, LogContext {port});
	}
	CommitEnvironment Environment() {
		return CommitEnvironment {LogContext {port}, clock, random};
	}
	VacuumRequest Request(std::optional<int64_t> retention_ms = std::nullopt, bool checks_retention = true) {
		return VacuumRequest {LoadSnapshot(location, LogContext {port}), retention_ms, checks_retention,
		                      "Merganser/test"};
	}
	static void OneByOne(size_t count, const std::function<void(size_t)> &work) {
		for (size_t i = 0; i < count; i++) {
			work(i);
		}
	}
	VacuumResult Vacuum(std::optional<int64_t> retention_ms = std::nullopt, bool checks_retention = true) {
		return RunVacuum(Request(retention_ms, checks_retention), Environment(), OneByOne);
	}
	VacuumResult VacuumLite(std::optional<int64_t> retention_ms = std::nullopt, bool checks_retention = true) {
		auto request = Request(retention_ms, checks_retention);
		request.kind = VacuumKind::LITE;
		return RunVacuum(request, Environment(), OneByOne);
	}
	LogCleanupResult CleanUp() {
		return CleanUpLog(*LoadSnapshot(location, LogContext {port}), LogContext {port}, clock.NowMs());
	}

	//! What is below the table's folder, without the log.
	std::string DataFiles() {
		std::string names;
		for (const auto &[path, bytes] : memory->Contents()) {
			if (path.starts_with(plain.root + "/") && path.find("_delta_log") == std::string::npos) {
				names += path.substr(plain.root.size() + 1) + " ";
			}
		}
		return names;
	}
	bool IsInLog(const std::string &name) {
		return memory->Head(plain.LogFolder() + "/" + name).has_value();
	}
	//! Every file of the version is in the store.
	void ExpectReadable(int64_t version) {
		const auto snapshot = LoadSnapshot(plain, LogContext {port}, version);
		snapshot->files.ForEachLive([&](FileRef file) {
			const std::string path(snapshot->files.BatchOf(file).Path(file.row));
			EXPECT_TRUE(memory->Head(plain.ResolveFile(path))) << "version " << version << " misses " << path;
		});
	}
	std::string OperationOf(int64_t version) {
		const auto text = memory->TryGet(plain.CommitPath(version)).value_or("");
		const std::string key = "\"operation\":\"";
		const auto begin = text.find(key);
		return begin == std::string::npos
		           ? ""
		           : text.substr(begin + key.size(), text.find('"', begin + key.size()) - begin - key.size());
	}

	MockClock clock {100 * DAY_MS};
	SeededRandom random {7};
	TextParquetPort port;
	CheckpointLayout layout {CheckpointLayout().sidecar_actions_max, random};
	std::shared_ptr<MemoryStore> memory = std::make_shared<MemoryStore>(clock);
	//! Called before every call of `location`'s store.
	HookedStore::Hook hook;
	TableLocation location {std::make_shared<HookedStore>(memory,
	                                                      [this](StoreCall call, const std::string &path) {
		                                                      if (hook) {
			                                                      hook(call, path);
		                                                      }
	                                                      }),
	                        "/lake/t", "lake.t"};
	TableLocation plain {memory, "/lake/t", "lake.t"};
};

} // namespace merganser
