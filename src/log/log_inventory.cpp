#include "log/log_inventory.hpp"

#include "base/assert.hpp"
#include "base/uri.hpp"
#include "log/log_file_name.hpp"

#include <algorithm>

namespace merganser {

LogInventory LogInventory::List(const TableLocation &location, std::optional<int64_t> first_version) {
	const auto folder = location.LogFolder();
	const auto start_after = first_version ? JoinPath(folder, VersionText(*first_version)) : std::string();
	auto inventory = Of(location.store->List(folder, ListDepth::SHALLOW, start_after));
	if (inventory.HasGap(first_version)) {
		const auto newest = inventory.commits.rbegin()->first;
		inventory = Of(location.store->List(folder, ListDepth::SHALLOW, start_after));
		inventory.DropBehindGap(newest);
	}
	return inventory;
}

bool LogInventory::HasGap(std::optional<int64_t> first_version) const {
	if (commits.empty()) {
		return false;
	}
	const auto first = commits.begin()->first;
	if (commits.rbegin()->first - first >= int64_t(commits.size())) {
		return true;
	}
	return first_version ? first > *first_version + 1 : first > 0 && checkpoints.empty();
}

void LogInventory::DropBehindGap(int64_t version) {
	auto next = version + 1;
	auto commit = commits.lower_bound(next);
	while (commit != commits.end() && commit->first == next) {
		++commit;
		++next;
	}
	commits.erase(commit, commits.end());
}

LogInventory LogInventory::Of(const std::vector<ObjectInfo> &listing) {
	LogInventory inventory;
	std::map<std::pair<int64_t, uint32_t>, std::map<uint32_t, LogFile>> parts;
	for (auto &object : listing) {
		inventory.entry_count++;
		auto file = object.is_folder ? std::nullopt : ParseLogFileName(object.path);
		if (!file) {
			continue;
		}
		file->size_bytes = object.size_bytes;
		file->modified_ms = object.modified_ms;
		switch (file->kind) {
		case LogFileKind::COMMIT:
			inventory.commits[file->version] = *file;
			break;
		case LogFileKind::COMPACTED:
			inventory.compacted[file->version].push_back(*file);
			break;
		case LogFileKind::CHECKPOINT_CLASSIC:
		case LogFileKind::CHECKPOINT_PART:
		case LogFileKind::CHECKPOINT_UUID:
			inventory.AddCheckpoint(*file, parts);
			break;
		case LogFileKind::CHECKSUM:
			break;
		}
	}
	for (auto &[key, files] : parts) {
		const auto [version, part_count] = key;
		if (files.size() != part_count || inventory.checkpoints.count(version) > 0) {
			continue;
		}
		auto &checkpoint = inventory.checkpoints[version];
		for (auto &entry : files) {
			checkpoint.push_back(entry.second);
		}
	}
	return inventory;
}

void LogInventory::AddCheckpoint(const LogFile &file,
                                 std::map<std::pair<int64_t, uint32_t>, std::map<uint32_t, LogFile>> &parts) {
	// What a writer left that was stopped on a store without atomic creation.
	if (file.size_bytes == 0) {
		return;
	}
	if (file.kind == LogFileKind::CHECKPOINT_PART) {
		parts[{file.version, file.parts}][file.part] = file;
		return;
	}
	// A classic one is one file less to read than a V2 one with sidecars.
	auto &checkpoint = checkpoints[file.version];
	if (checkpoint.empty() || file.kind == LogFileKind::CHECKPOINT_CLASSIC) {
		checkpoint = {file};
	}
}

int64_t LogInventory::Newest() const {
	MG_ASSERT(!IsEmpty());
	const int64_t commit = commits.empty() ? -1 : commits.rbegin()->first;
	return std::max(commit, checkpoints.empty() ? -1 : checkpoints.rbegin()->first);
}

std::optional<int64_t> LogInventory::OldestReadable() const {
	if (commits.count(0) > 0) {
		return 0;
	}
	return checkpoints.empty() ? std::nullopt : std::optional(checkpoints.begin()->first);
}

int64_t LogInventory::CheckpointAtOrBefore(int64_t version) const {
	auto after = checkpoints.upper_bound(version);
	return after == checkpoints.begin() ? -1 : std::prev(after)->first;
}

const LogFile *LogInventory::CompactedFrom(int64_t first, int64_t last) const {
	auto found = compacted.find(first);
	const LogFile *best = nullptr;
	if (found != compacted.end()) {
		for (auto &file : found->second) {
			if (file.version_end <= last && file.size_bytes > 0 && (!best || file.version_end > best->version_end)) {
				best = &file;
			}
		}
	}
	return best;
}

std::optional<LogSegment> LogInventory::TrySegment(int64_t version, int64_t &missing) const {
	LogSegment segment;
	segment.version = version;
	segment.checkpoint_version = CheckpointAtOrBefore(version);
	if (segment.checkpoint_version >= 0) {
		segment.checkpoint = checkpoints.at(segment.checkpoint_version);
	}
	for (int64_t next = segment.checkpoint_version + 1; next <= version;) {
		auto commit = commits.find(next);
		auto shortcut = CompactedFrom(next, version);
		if (!shortcut && commit == commits.end()) {
			missing = next;
			return std::nullopt;
		}
		segment.commits.push_back(shortcut ? *shortcut : commit->second);
		next = segment.commits.back().version_end + 1;
	}
	auto last = commits.find(version);
	if (last != commits.end()) {
		segment.last_commit = last->second;
	}
	return segment;
}

LogTail ListLogTail(const TableLocation &location, int64_t version) {
	LogTail tail;
	auto inventory = LogInventory::List(location, version);
	auto anchor = inventory.commits.find(version);
	if (anchor != inventory.commits.end()) {
		tail.anchor = anchor->second;
	}
	int64_t next = version + 1;
	auto commit = inventory.commits.upper_bound(version);
	for (; commit != inventory.commits.end() && commit->first == next; ++commit, ++next) {
		tail.commits.push_back(commit->second);
	}
	tail.has_gap = commit != inventory.commits.end();
	tail.newest_checkpoint = inventory.CheckpointAtOrBefore(next - 1);
	return tail;
}

std::vector<DatedCommit> LogInventory::DatedCommits() const & {
	std::vector<DatedCommit> dated;
	const auto oldest = OldestReadable();
	for (auto &[version, file] : commits) {
		if (!oldest || version < *oldest) {
			continue;
		}
		int64_t timestamp_ms = file.modified_ms;
		if (!dated.empty()) {
			timestamp_ms = std::max(timestamp_ms, dated.back().timestamp_ms + 1);
		}
		dated.push_back(DatedCommit {&file, timestamp_ms});
	}
	return dated;
}

int64_t LogInventory::NewestByFileTime(int64_t time_ms) const {
	int64_t newest = -1;
	for (const auto &commit : DatedCommits()) {
		if (commit.timestamp_ms > time_ms) {
			break;
		}
		newest = commit.file->version;
	}
	return newest;
}

std::map<int64_t, int64_t> LogInventory::FileTimes() const {
	std::map<int64_t, int64_t> times;
	for (auto &commit : DatedCommits()) {
		times[commit.file->version] = commit.timestamp_ms;
	}
	for (auto &[version, file] : commits) {
		times.try_emplace(version, file.modified_ms);
	}
	return times;
}

} // namespace merganser
