#include "log/snapshot_build.hpp"

#include "base/error.hpp"
#include "protocol/dropped_table_mark.hpp"

#include <algorithm>

namespace merganser {

namespace {

[[noreturn]] void ThrowWithout(const TableLocation &location, const char *what, int64_t version) {
	throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': the log up to version " + std::to_string(version) +
	                                    " has no " + what + " action");
}

TableConfigurationPtr BuildConfiguration(const TableLocation &location, const Snapshot *older, LogReplay &replay,
                                         int64_t version) {
	const auto known = older ? older->configuration : nullptr;
	if (known && !replay.protocol && !replay.metadata) {
		return known;
	}
	if (!replay.protocol && !known) {
		ThrowWithout(location, "'protocol'", version);
	}
	if (!replay.metadata && !known) {
		ThrowWithout(location, "'metaData'", version);
	}
	auto protocol = replay.protocol ? std::move(*replay.protocol) : known->GetProtocol();
	auto metadata = replay.metadata ? std::move(*replay.metadata) : known->GetMetadata();
	return std::make_shared<TableConfiguration>(location.name, std::move(protocol), std::move(metadata));
}

//! True when batches of the one can be shown as they are under the other.
bool SameColumns(const TableConfiguration &left, const TableConfiguration &right) {
	return left.GetMetadata().schema_string == right.GetMetadata().schema_string &&
	       left.GetMetadata().partition_columns == right.GetMetadata().partition_columns &&
	       left.MappingMode() == right.MappingMode();
}

} // namespace

std::optional<std::string> LogMemo::Stamp() const {
	std::lock_guard<std::mutex> guard(lock);
	return stamp;
}

void LogMemo::RememberStamp(std::optional<std::string> stamp_p) {
	std::lock_guard<std::mutex> guard(lock);
	stamp = std::move(stamp_p);
}

void LogMemo::RememberCheckpoint(int64_t version) {
	auto known = newest_checkpoint->load();
	while (known < version && !newest_checkpoint->compare_exchange_weak(known, version)) {
	}
}

bool Snapshot::IsDropped() const {
	return configuration && merganser::IsDropped(configuration->GetMetadata());
}

std::shared_ptr<Snapshot> BuildSnapshot(const TableLocation &location, const Snapshot *older, LogReplay &replay,
                                        SnapshotEnd end) {
	auto snapshot = std::make_shared<Snapshot>();
	snapshot->location = location;
	snapshot->version = end.version;
	snapshot->configuration = BuildConfiguration(location, older, replay, end.version);
	if (older) {
		snapshot->transactions = older->transactions;
		snapshot->domains = older->domains;
	}
	for (auto &[app_id, transaction] : replay.transactions) {
		snapshot->transactions[app_id] = transaction;
	}
	for (auto &[name, domain] : replay.domains) {
		if (domain.removed) {
			snapshot->domains.erase(name);
		} else {
			snapshot->domains[name] = domain;
		}
	}
	snapshot->checkpoint_version = end.checkpoint_version;
	snapshot->last_commit = std::move(end.last_commit);
	snapshot->memo = std::move(end.memo);
	auto &info = replay.newest_commit_info;
	if (snapshot->configuration->InCommitTimestampsEnabled() && info && info->in_commit_timestamp) {
		snapshot->timestamp_ms = *info->in_commit_timestamp;
	} else if (snapshot->last_commit && snapshot->last_commit->modified_ms != 0) {
		snapshot->timestamp_ms = snapshot->last_commit->modified_ms;
	} else if (info && info->timestamp) {
		snapshot->timestamp_ms = *info->timestamp;
	}
	return snapshot;
}

SnapshotPtr AdvanceBy(const Snapshot &older, LogReplay &replay, SnapshotEnd end) {
	auto snapshot = BuildSnapshot(older.location, &older, replay, std::move(end));
	FileListBuilder builder(older.files);
	if (older.configuration && older.configuration != snapshot->configuration &&
	    !SameColumns(*older.configuration, *snapshot->configuration)) {
		builder.Rebind(snapshot->configuration);
	}
	builder.Remove(replay.keys);
	auto files = replay.TakeFiles();
	if (!files.empty()) {
		uint64_t bytes = 0;
		for (auto &committed : files) {
			bytes += uint64_t(std::max<int64_t>(committed.file.size, 0));
		}
		builder.Append(MakeCommitBatch(files, snapshot->configuration), nullptr, files.size(), bytes);
	}
	builder.Compact(snapshot->configuration);
	snapshot->files = builder.Take();
	return snapshot;
}

} // namespace merganser
