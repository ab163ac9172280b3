#include "upkeep_world.hpp"

#include "base/error.hpp"
#include "log/log_inventory.hpp"
#include "log_client.hpp"
#include "txn/overwrite.hpp"
#include "txn/restore.hpp"
#include "upkeep/log_cleanup.hpp"
#include "upkeep/optimize_change.hpp"
#include "upkeep/vacuum.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace merganser {

namespace {

constexpr int64_t HOUR_MS = 3600000;
constexpr int64_t FILE_RETENTION_MS = 72 * HOUR_MS;
constexpr int64_t LOG_RETENTION_MS = 96 * HOUR_MS;
constexpr int UPKEEP_READ_TRIES_MAX = 8;
constexpr int LONG_READ_STEPS = 200;
//! So that four files of one row are not small together.
constexpr uint64_t TARGET_FILE_SIZE_BYTES = 8;
//! More rows are not written together.
constexpr uint64_t OPTIMIZE_ROWS_MAX = 6;

//! Work of a client that a failing store may end; anything else is a defect.
template <class WORK>
void Try(const WORK &work) {
	try {
		work();
	} catch (const Error &error) {
		const bool is_expected =
		    error.kind == ErrorKind::IO || error.kind == ErrorKind::NOT_FOUND || error.kind == ErrorKind::CONFLICT;
		if (!is_expected) {
			throw;
		}
	}
}

//! When each version was made; by the files of the log.
std::map<int64_t, int64_t> VersionTimes(const TableLocation &location) {
	std::map<int64_t, int64_t> times;
	const auto inventory = LogInventory::List(location);
	for (const auto &commit : inventory.DatedCommits()) {
		times[commit.file->version] = commit.timestamp_ms;
	}
	return times;
}

} // namespace

struct UpkeepWorld::Client {
	Client(UpkeepWorld &world_p, std::string name_p, uint64_t client_seed)
	    : world(world_p), name(std::move(name_p)), random(client_seed), log(world_p, random, UPKEEP_READ_TRIES_MAX) {
	}

	//! A file of one new row.
	AddFile WriteFile() {
		return WriteFile({name + "-" + std::to_string(file_count + 1)});
	}

	//! A byte is a row.
	AddFile WriteFile(std::vector<std::string> rows) {
		AddFile file;
		file.path = name + "-" + std::to_string(++file_count);
		file.size = int64_t(rows.size());
		file.modification_time = world.clock.NowMs();
		first_write_ms = std::min(first_write_ms, file.modification_time);
		file.stats = R"({"numRecords":)" + std::to_string(rows.size()) + "}";
		world.location.store->Put(world.location.ResolveFile(file.path), std::string(rows.size(), 'x'));
		world.rows_of[file.path] = std::move(rows);
		return file;
	}

	void Commit(TableChange change, SnapshotPtr base) {
		Written record;
		record.restores = change.known_files.restores_old;
		for (const auto &file : change.added_files) {
			record.changes_data = record.changes_data && file.data_change;
			const auto &rows = world.rows_of.at(file.path);
			record.added.insert(rows.begin(), rows.end());
		}
		for (const auto &file : change.removed_files) {
			const auto &rows = world.rows_of.at(file.path);
			record.removed.insert(rows.begin(), rows.end());
		}
		CommitRequest request;
		request.location = world.location;
		request.engine_info = "sim/" + name;
		request.read_set.whole_table = record.changes_data && !change.removed_files.empty();
		request.base = std::move(base);
		request.change = std::move(change);
		record.outcome = log.Commit(request).outcome;
		world.written.push_back(std::move(record));
		// Nobody is promised that files stay that were written so long before they are committed.
		world.is_void = world.is_void || world.clock.NowMs() - first_write_ms >= FILE_RETENTION_MS;
	}

	void Append() {
		Pause(3);
		Try([&] {
			first_write_ms = world.clock.NowMs();
			if (const auto base = log.Look()) {
				TableChange change;
				change.operation = "WRITE";
				change.added_files = {WriteFile()};
				Commit(std::move(change), base);
			}
		});
	}

	//! Writes first and commits hours later.
	void Overwrite() {
		Pause(8);
		Try([&] {
			first_write_ms = world.clock.NowMs();
			TableChange change;
			change.added_files = {WriteFile()};
			Pause(12);
			if (const auto base = log.Look()) {
				change.operation = "OVERWRITE";
				RemoveAllFiles(*base, world.clock.NowMs(), change);
				Commit(std::move(change), base);
			}
		});
	}

	//! To a version that was the newest one within half the retention.
	void Restore() {
		Pause(10);
		Try([&] {
			first_write_ms = world.clock.NowMs();
			const auto base = log.Look();
			if (!base) {
				return;
			}
			std::vector<int64_t> versions;
			const auto times = VersionTimes(world.plain_location);
			for (const auto &[version, time_ms] : times) {
				const auto next = times.find(version + 1);
				if (next != times.end() && next->second > world.clock.NowMs() - FILE_RETENTION_MS / 2) {
					versions.push_back(version);
				}
			}
			if (versions.empty()) {
				return;
			}
			const auto target =
			    LoadSnapshot(world.location, LogContext {world.parquet}, versions[random.Below(versions.size())]);
			RestoreCounts counts;
			auto change = PlanRestore(*base, *target, world.clock.NowMs(), counts);
			if (!change.IsEmpty()) {
				CheckAddedFilesExist(world.location, change);
				Commit(std::move(change), base);
				world.restores++;
			}
		});
	}

	//! Plans, writes hours later, and commits hours after that.
	void Optimize() {
		Pause(8);
		Try([&] {
			first_write_ms = world.clock.NowMs();
			const auto base = log.Look();
			if (!base) {
				return;
			}
			OptimizeOptions options;
			options.target_file_size_bytes = TARGET_FILE_SIZE_BYTES;
			options.group_bytes_max = OPTIMIZE_ROWS_MAX;
			const auto plan = PlanOptimize(*base, FilePartitions(*base), options);
			std::vector<AddFile> files;
			for (const auto &group : plan.groups) {
				Pause(4);
				std::vector<std::string> rows;
				for (size_t i = group.begin; i < group.end; i++) {
					const auto path = base->files.BatchOf(plan.files[i]).Path(plan.files[i].row);
					world.location.store->Head(world.location.ResolveFile(path));
					const auto &more = world.rows_of.at(std::string(path));
					rows.insert(rows.end(), more.begin(), more.end());
				}
				files.push_back(WriteFile(std::move(rows)));
			}
			if (files.empty()) {
				return;
			}
			OptimizeCounts counts;
			auto change = MakeOptimizeChange({*base, plan, ClusterMarks(), "", false}, std::move(files),
			                                 world.clock.NowMs(), counts);
			Pause(8);
			Commit(std::move(change), base);
			if (world.written.back().outcome == CommitOutcome::COMMITTED) {
				world.optimized_files += counts.removed_files;
			}
		});
	}

	void Vacuum() {
		Pause(6);
		VacuumRequest request;
		world.deleted_files += Vacuum(request).deleted_files;
	}

	//! A few files at a time, as it is done behind commits.
	void VacuumLite() {
		Pause(6);
		VacuumRequest request;
		request.kind = VacuumKind::LITE;
		request.is_automatic = true;
		request.files_max = 1 + random.Below(4);
		request.begin = std::exchange(goes_on, std::nullopt);
		try {
			const auto result = Vacuum(request);
			if (!result.is_complete) {
				goes_on = result.next;
			}
			world.deleted_by_log += result.deleted_files;
		} catch (const Error &error) {
			// The log was cleaned up first: nothing is done before the next full one.
			if (error.kind != ErrorKind::INVALID_INPUT) {
				throw;
			}
		}
	}

	VacuumResult Vacuum(VacuumRequest &request) {
		VacuumResult result;
		Try([&] {
			request.snapshot = log.Look();
			request.engine_info = "sim/" + name;
			if (request.snapshot) {
				auto each = [](size_t count, const std::function<void(size_t)> &work) {
					for (size_t i = 0; i < count; i++) {
						work(i);
					}
				};
				const CommitEnvironment environment {LogContext {world.parquet}, world.clock, random};
				result = RunVacuum(request, environment, each);
			}
		});
		return result;
	}

	void CleanUp() {
		Pause(5);
		Try([&] {
			const auto newest = log.Look();
			log.Checkpoint(newest);
			if (newest) {
				world.deleted_log_files +=
				    CleanUpLog(*newest, LogContext {world.parquet}, world.clock.NowMs()).deleted_files;
			}
		});
	}

	//! Keeps a version for a while, as a long query does.
	void ReadLong() {
		const auto begin_ms = world.clock.NowMs();
		const auto held = log.Look();
		if (!held) {
			return;
		}
		for (int i = 0; i < LONG_READ_STEPS && world.clock.NowMs() - begin_ms < FILE_RETENTION_MS * 3 / 4; i++) {
			Try([&] { world.location.store->FolderStamp(world.location.root); });
		}
		if (world.clock.NowMs() - begin_ms >= FILE_RETENTION_MS) {
			return;
		}
		world.versions_read++;
		held->files.ForEachLive([&](FileRef file) {
			const auto path = world.location.ResolveFile(held->files.BatchOf(file).Path(file.row));
			if (!world.memory->Head(path)) {
				world.problems.push_back(name + ": version " + std::to_string(held->version) + " has lost " + path);
			}
		});
	}

	void TravelInTime() {
		Pause(6);
		Try([&] { world.location.store->FolderStamp(world.location.root); });
		world.ReadVersions(name);
	}

	void Pause(uint64_t half_hours_max) {
		world.clock.AdvanceMs(int64_t(random.Below(half_hours_max * 60 + 1)) * 30000);
	}

	UpkeepWorld &world;
	const std::string name;
	SeededRandom random;
	LogClient log;
	int file_count = 0;
	int64_t first_write_ms = 0;
	std::optional<RemovedFilesPosition> goes_on;
};

UpkeepWorld::UpkeepWorld(uint64_t seed_p, uint32_t fail_permille)
    : SimStage(seed_p, fail_permille), has_commit_times(seed_p % 2 == 1) {
}

UpkeepWorld::~UpkeepWorld() = default;

void UpkeepWorld::AddClient(const std::string &name, int rounds, void (Client::*act)()) {
	auto client = clients.emplace_back(std::make_unique<Client>(*this, name, seed * 7577 + clients.size() + 1)).get();
	scheduler.Add(name, [client, rounds, act] {
		for (int round = 0; round < rounds; round++) {
			Try([&] { (client->*act)(); });
		}
	});
}

void UpkeepWorld::AddEverybody() {
	CommitRequest request;
	request.location = plain_location;
	Schema schema;
	schema.fields.push_back(StructField {"id", DataType::Primitive(TypeKind::LONG), true, {}});
	request.change.metadata.emplace();
	request.change.metadata->id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	request.change.metadata->schema_string = WriteSchema(schema);
	request.change.metadata->configuration = {{"delta.deletedFileRetentionDuration", "interval 72 hours"},
	                                          {"delta.logRetentionDuration", "interval 96 hours"},
	                                          {"delta.enableInCommitTimestamps", has_commit_times ? "true" : "false"}};
	request.change.protocol = SmallestProtocol(schema, request.change.metadata->configuration);
	request.change.operation = "CREATE TABLE";
	request.engine_info = "sim";
	SeededRandom random(seed);
	CommitChange(request, CommitEnvironment {LogContext {parquet}, clock, random});
	AddClient("append", 24, &Client::Append);
	AddClient("append2", 14, &Client::Append);
	AddClient("overwrite", 14, &Client::Overwrite);
	AddClient("restore", 10, &Client::Restore);
	AddClient("optimize", 10, &Client::Optimize);
	AddClient("optimize2", seed % 4 == 0 ? 8 : 0, &Client::Optimize);
	AddClient("vacuum", 14, &Client::Vacuum);
	AddClient("vacuum2", seed % 3 == 0 ? 10 : 0, &Client::Vacuum);
	AddClient("lite", 14, &Client::VacuumLite);
	AddClient("lite2", seed % 3 == 1 ? 14 : 0, &Client::VacuumLite);
	AddClient("clean", 14, &Client::CleanUp);
	AddClient("clean2", seed % 2 == 0 ? 10 : 0, &Client::CleanUp);
	AddClient("long-read", 6, &Client::ReadLong);
	AddClient("travel", 12, &Client::TravelInTime);
}

void UpkeepWorld::ReadVersions(const std::string &reader) {
	const auto times = VersionTimes(plain_location);
	const auto now_ms = clock.NowMs();
	const auto oldest = times.begin();
	if (!has_commit_times && oldest->first > 0 && oldest->second > now_ms - LOG_RETENTION_MS) {
		problems.push_back(reader + ": the log begins with version " + std::to_string(oldest->first) +
		                   ", which is younger than the retention");
	}
	for (const auto &[version, time_ms] : times) {
		const auto next = times.find(version + 1);
		if (next != times.end() && next->second < now_ms - FILE_RETENTION_MS) {
			continue;
		}
		try {
			const auto snapshot = LoadSnapshot(plain_location, LogContext {parquet}, version);
			versions_read++;
			snapshot->files.ForEachLive([&](FileRef file) {
				const auto path = plain_location.ResolveFile(snapshot->files.BatchOf(file).Path(file.row));
				if (!memory->Head(path)) {
					problems.push_back(reader + ": version " + std::to_string(version) + " has lost " + path);
				}
			});
		} catch (const Error &error) {
			problems.push_back(reader + ": version " + std::to_string(version) + ": " + error.what());
		}
	}
}

void UpkeepWorld::CheckRows(const Snapshot &newest, std::vector<std::string> &found) const {
	std::set<std::string> may_be_added;
	std::set<std::string> may_be_removed;
	std::set<std::string> is_removed;
	std::set<std::string> may_be_restored;
	for (const auto &record : written) {
		if (!record.changes_data || !record.MayBeThere()) {
			continue;
		}
		may_be_added.insert(record.added.begin(), record.added.end());
		may_be_removed.insert(record.removed.begin(), record.removed.end());
		if (record.restores) {
			may_be_restored.insert(record.added.begin(), record.added.end());
		}
		if (record.outcome == CommitOutcome::COMMITTED) {
			std::set_difference(record.removed.begin(), record.removed.end(), record.added.begin(), record.added.end(),
			                    std::inserter(is_removed, is_removed.end()));
		}
	}
	std::set<std::string> live;
	newest.files.ForEachLive([&](FileRef file) {
		for (const auto &row : rows_of.at(std::string(newest.files.BatchOf(file).Path(file.row)))) {
			if (!live.insert(row).second) {
				found.push_back("the row " + row + " is in the table twice");
			}
			if (!may_be_added.count(row)) {
				found.push_back("nobody committed the row " + row);
			}
			if (is_removed.count(row) && !may_be_restored.count(row)) {
				found.push_back("the row " + row + " was removed and is in the table");
			}
		}
	});
	for (const auto &record : written) {
		for (const auto &row : record.added) {
			if (record.outcome == CommitOutcome::COMMITTED && !may_be_removed.count(row) && !live.count(row)) {
				found.push_back("the committed row " + row + " is not in the table");
			}
		}
	}
}

std::vector<std::string> UpkeepWorld::Check() {
	if (is_void) {
		return {};
	}
	ReadVersions("end");
	auto found = problems;
	CheckRows(*LoadSnapshot(plain_location, LogContext {parquet}), found);
	const auto commits = LogInventory::List(plain_location).commits;
	for (auto commit = commits.begin(); commit != commits.end(); ++commit) {
		const auto next = std::next(commit);
		if (next != commits.end() && next->first != commit->first + 1) {
			found.push_back("the log has a gap after version " + std::to_string(commit->first));
		}
	}
	return found;
}

} // namespace merganser
