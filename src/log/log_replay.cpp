#include "log/log_replay.hpp"

#include "log/commit_file.hpp"

#include <algorithm>
#include <type_traits>

namespace merganser {

namespace {

//! Adds of a checkpoint or of a compacted file.
constexpr int64_t VERSION_NOT_KNOWN = -1;

} // namespace

void LogReplay::ApplyFile(const TableLocation &location, const LogFile &file) {
	auto actions = ReadLogFile(location, file);
	if (file.kind == LogFileKind::COMMIT) {
		ApplyCommit(std::move(actions), file.version);
	} else {
		ApplyReconciled(std::move(actions));
	}
}

void LogReplay::ApplyFiles(const TableLocation &location, const std::vector<LogFile> &files,
                           const CancelToken &cancel) {
	for (auto file = files.rbegin(); file != files.rend(); ++file) {
		cancel.Check();
		ApplyFile(location, *file);
	}
}

void LogReplay::ApplyCommit(std::vector<Action> &&actions, int64_t version) {
	for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
		ApplyOne(std::move(*action), version);
	}
	has_commit = true;
}

void LogReplay::ApplyReconciled(std::vector<Action> &&actions) {
	for (auto &action : actions) {
		ApplyOne(std::move(action), VERSION_NOT_KNOWN);
	}
	has_commit = true;
}

void LogReplay::ApplyOne(Action &&action, int64_t version) {
	std::visit(
	    [&](auto &&value) {
		    using T = std::decay_t<decltype(value)>;
		    if constexpr (std::is_same_v<T, AddFile>) {
			    if (keys.Insert(value.path, value.deletion_vector ? &*value.deletion_vector : nullptr)) {
				    files.push_back(CommittedFile {std::move(value), version});
			    }
		    } else if constexpr (std::is_same_v<T, RemoveFile>) {
			    const bool wins = keys.Insert(value.path, value.deletion_vector ? &*value.deletion_vector : nullptr);
			    if (wins && keep_removes) {
				    removes.push_back(std::move(value));
			    }
		    } else if constexpr (std::is_same_v<T, Protocol>) {
			    if (!protocol) {
				    protocol = std::move(value);
			    }
		    } else if constexpr (std::is_same_v<T, Metadata>) {
			    if (!metadata) {
				    metadata = std::move(value);
			    }
		    } else if constexpr (std::is_same_v<T, SetTransaction>) {
			    auto key = value.app_id;
			    transactions.try_emplace(std::move(key), std::move(value));
		    } else if constexpr (std::is_same_v<T, DomainMetadata>) {
			    auto key = value.domain;
			    domains.try_emplace(std::move(key), std::move(value));
		    } else if constexpr (std::is_same_v<T, CommitInfo>) {
			    if (!has_commit) {
				    newest_commit_info = std::move(value);
			    }
		    } else if constexpr (std::is_same_v<T, Sidecar>) {
			    sidecars.push_back(std::move(value));
		    } else {
			    // cdc and checkpointMetadata are no part of a snapshot.
			    static_assert(std::is_same_v<T, AddCdcFile> || std::is_same_v<T, CheckpointMetadata>);
		    }
	    },
	    std::move(action));
}

std::vector<CommittedFile> LogReplay::TakeFiles() {
	std::reverse(files.begin(), files.end());
	return std::move(files);
}

} // namespace merganser
