// Random histories of a table, replayed by a naive model and by the log room in all its ways: loaded at any version,
// refreshed from any older snapshot, advanced without the store, through checkpoints, compacted files and clean-up.
// Usage: fuzz_snapshots [--seed N] [--iterations N]

#include "base/error.hpp"
#include "base/random.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/checksum_file.hpp"
#include "log/commit_append.hpp"
#include "log/log_file_name.hpp"
#include "log/log_replay.hpp"
#include "store/memory_store.hpp"
#include "support/text_parquet_port.hpp"
#include "support/seeded_rounds.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

using namespace merganser;

namespace {

//! One version, the simple way.
struct State {
	//! By path and deletion vector: size, number of records, partition value.
	std::map<std::string, std::string> files;
	std::map<std::string, int64_t> transactions;
	std::map<std::string, std::string> domains;

	bool operator==(const State &other) const = default;
};

std::string KeyOf(const std::string &path, const DeletionVectorDescriptor *vector) {
	return path + (vector ? "|" + vector->path_or_inline_dv : "");
}

std::string Describe(int64_t size, int64_t records, const std::optional<std::string> &partition) {
	return std::to_string(size) + "/" + std::to_string(records) + "/" + partition.value_or("NULL");
}

State StateOf(const Snapshot &snapshot) {
	State state;
	uint64_t bytes = 0;
	snapshot.files.ForEachLive([&](FileRef file) {
		auto &batch = snapshot.files.BatchOf(file);
		const auto key = KeyOf(std::string(batch.Path(file.row)), batch.DeletionVector(file.row));
		const auto records = batch.Statistics({0})->num_records[file.row];
		Verify(state.files.count(key) == 0, "a file is live once");
		state.files[key] = Describe(int64_t(batch.SizeBytes(file.row)), records,
		                            batch.PartitionDictionary(0)[batch.PartitionCode(0, file.row)]);
		bytes += batch.SizeBytes(file.row);
	});
	Verify(state.files.size() == snapshot.files.LiveCount() && bytes == snapshot.files.LiveBytes(),
	       "counts of live files");
	for (auto &[app_id, transaction] : snapshot.transactions) {
		state.transactions[app_id] = transaction.version;
	}
	for (auto &[name, domain] : snapshot.domains) {
		state.domains[name] = domain.configuration;
	}
	return state;
}

class Round {
public:
	explicit Round(uint64_t seed)
	    : random(seed), names(seed), clock(1000000),
	      store(std::make_shared<MemoryStore>(clock)), location {store, "t", "t"} {
		port.rows_per_batch = 1 + random.Below(9);
		port.writer_threads = 1 + random.Below(3);
		store->EnableFolderStamps(random.Below(2) == 0);
	}

	void Run() {
		Create();
		const uint64_t steps = 10 + random.Below(40);
		for (uint64_t i = 0; i < steps; i++) {
			Step();
		}
		Check(*LoadSnapshot(location, context));
		Verify(!FindChecksumMismatch(*LoadSnapshot(location, context)), "the checksum file agrees");
	}

private:
	bool Chance(uint64_t percent) {
		return random.Below(100) < percent;
	}
	int64_t Newest() const {
		return int64_t(states.size()) - 1;
	}
	int64_t AnyVersion() {
		return oldest + int64_t(random.Below(uint64_t(Newest() - oldest) + 1));
	}

	void Create() {
		Metadata metadata;
		metadata.id = "id";
		metadata.partition_columns = {"p"};
		metadata.schema_string =
		    R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{}},)"
		    R"({"name":"p","type":"string","nullable":true,"metadata":{}}]})";
		if (Chance(60)) {
			metadata.configuration["delta.checkpointPolicy"] = "v2";
		}
		Protocol protocol {3, 7, std::vector<std::string> {"deletionVectors", "v2Checkpoint"},
		                   std::vector<std::string> {"deletionVectors", "domainMetadata", "v2Checkpoint"}};
		states.emplace_back();
		Put({CommitInfo(), protocol, metadata});
		advanced = LoadSnapshot(location, context);
		kept.push_back(advanced);
	}

	LogFile Put(const std::vector<Action> &actions) {
		clock.AdvanceMs(int64_t(random.Below(3)) + 1);
		const auto path = location.CommitPath(Newest());
		Verify(AppendCommit(location, Newest(), EncodeCommit(actions)) == PutOutcome::WRITTEN, "a new version");
		auto file = *ParseLogFileName(path);
		const auto info = store->Head(path);
		file.size_bytes = info->size_bytes;
		file.modified_ms = info->modified_ms;
		return file;
	}

	void Step() {
		if (Chance(60)) {
			Commit();
		}
		if (Chance(40)) {
			Check(*LoadSnapshot(location, context, AnyVersion()));
		}
		if (Chance(40)) {
			auto &older = kept[random.Below(kept.size())];
			auto newer = RefreshSnapshot(older, context);
			Verify(newer->version == Newest(), "a refresh leads to the newest version");
			Check(*newer);
			kept.push_back(newer);
		}
		if (Chance(10)) {
			const CheckpointLayout layout {1 + random.Below(10), names};
			WriteCheckpoint(*LoadSnapshot(location, context, AnyVersion()), context, clock.NowMs(), layout);
		}
		if (Chance(8)) {
			WriteCompacted();
		}
		if (Chance(5)) {
			CleanUp();
		}
	}

	//! At most one add and one remove a path, as the protocol wants it.
	void Commit() {
		auto state = states.back();
		std::vector<Action> removes;
		std::vector<Action> adds;
		std::map<std::string, bool> touched;
		for (uint64_t i = random.Below(6); i > 0; i--) {
			const auto path = PathOf(random.Below(25));
			if (!touched.try_emplace(path, true).second) {
				continue;
			}
			for (auto known = state.files.lower_bound(path); known != state.files.end(); ++known) {
				const auto bar = known->first.find('|');
				if (known->first.substr(0, bar) == path) {
					removes.push_back(RemovalOf(path, bar == std::string::npos ? "" : known->first.substr(bar + 1)));
					state.files.erase(known);
					break;
				}
			}
			if (Chance(removes.empty() ? 100 : 60)) {
				adds.push_back(NewFile(path, state));
			}
		}
		std::vector<Action> actions = {CommitInfo()};
		actions.insert(actions.end(), removes.begin(), removes.end());
		actions.insert(actions.end(), adds.begin(), adds.end());
		if (Chance(20)) {
			const auto app_id = "app" + std::to_string(random.Below(3));
			state.transactions[app_id] = int64_t(random.Below(100));
			actions.push_back(SetTransaction {app_id, state.transactions[app_id], {}});
		}
		if (Chance(20)) {
			const auto name = "d" + std::to_string(random.Below(3));
			const bool removed = Chance(40);
			actions.push_back(DomainMetadata {name, "c" + std::to_string(states.size()), removed});
			state.domains[name] = "c" + std::to_string(states.size());
			if (removed) {
				state.domains.erase(name);
			}
		}
		states.push_back(state);
		const auto file = Put(actions);
		advanced = AdvanceSnapshot(advanced, actions, file);
		Check(*advanced);
		if (Chance(30)) {
			kept.push_back(advanced);
		}
		WriteChecksum(*advanced, std::nullopt);
	}

	std::string PathOf(uint64_t number) {
		return (number % 8 == 0 ? "/abs/f" : "f") + std::to_string(number);
	}
	RemoveFile RemovalOf(const std::string &path, const std::string &vector) {
		RemoveFile removed;
		removed.path = path.front() == '/' && Chance(50) ? "file://" + path : path;
		removed.deletion_timestamp = clock.NowMs();
		if (!vector.empty()) {
			removed.deletion_vector = DeletionVectorDescriptor {'u', vector, 1, 1, 1};
		}
		return removed;
	}
	AddFile NewFile(const std::string &path, State &state) {
		AddFile file;
		file.path = path;
		file.size = int64_t(random.Below(1000));
		file.modification_time = clock.NowMs();
		file.partition_values["p"] = Chance(20) ? std::nullopt : std::optional("v" + std::to_string(random.Below(4)));
		int64_t records = -1;
		if (Chance(80)) {
			records = int64_t(random.Below(100000));
			file.stats = "{\"numRecords\":" + std::to_string(records) + "}";
		}
		if (Chance(30)) {
			file.deletion_vector = DeletionVectorDescriptor {'u', "v" + std::to_string(random.Below(5)), 1, 1, 1};
		}
		const auto key = KeyOf(path, file.deletion_vector ? &*file.deletion_vector : nullptr);
		state.files[key] = Describe(file.size, records, file.partition_values["p"]);
		return file;
	}

	void WriteCompacted() {
		const int64_t first = AnyVersion();
		const int64_t last = AnyVersion();
		if (first >= last || first == 0) {
			return;
		}
		LogReplay replay(true);
		for (int64_t version = last; version >= first; version--) {
			if (!store->Head(location.CommitPath(version))) {
				return;
			}
			replay.ApplyCommit(ReadCommit(location, version), version);
		}
		std::vector<Action> actions(replay.removes.begin(), replay.removes.end());
		for (auto &committed : replay.TakeFiles()) {
			actions.emplace_back(committed.file);
		}
		for (auto &entry : replay.transactions) {
			actions.emplace_back(entry.second);
		}
		for (auto &entry : replay.domains) {
			actions.emplace_back(entry.second);
		}
		const auto text = EncodeCommit(actions);
		store->Put(location.LogFolder() + "/" + VersionText(first) + "." + VersionText(last) + ".compacted.json", text);
	}

	void CleanUp() {
		const auto snapshot = LoadSnapshot(location, context);
		if (snapshot->checkpoint_version <= oldest) {
			return;
		}
		oldest = snapshot->checkpoint_version;
		for (auto &object : store->List(location.LogFolder(), ListDepth::SHALLOW)) {
			auto file = ParseLogFileName(object.path);
			if (file && file->version < oldest) {
				store->Delete(object.path);
			}
		}
	}

	void Check(const Snapshot &snapshot) {
		Verify(StateOf(snapshot) == states[size_t(snapshot.version)], "the state is the model's");
	}

	SeededRandom random;
	//! Of files: not in the order of one thread.
	SeededRandom names;
	MockClock clock;
	std::shared_ptr<MemoryStore> store;
	TableLocation location;
	TextParquetPort port;
	LogContext context {port};
	//! By version.
	std::vector<State> states;
	int64_t oldest = 0;
	SnapshotPtr advanced;
	std::vector<SnapshotPtr> kept;
};

} // namespace

int main(int argc, char **argv) {
	return RunRounds<Round>(argc, argv, "snapshots", 150);
}
