#include "log/commit_file.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/uri.hpp"
#include "log/commit_append.hpp"
#include "protocol/action_json.hpp"

namespace merganser {

namespace {

//! What is read first of a commit file: writers put commitInfo into its first line.
constexpr uint64_t HEAD_BYTES = 64ull << 10;

void CheckSize(const TableLocation &location, const std::string &path, uint64_t size_bytes) {
	if (size_bytes > limits::COMMIT_BYTES_MAX) {
		throw Error(ErrorKind::CORRUPT, "table " + location.name + ": " + path + " is larger than a log file can be");
	}
}

std::string ReadText(const TableLocation &location, const std::string &path, uint64_t known_size_bytes) {
	CheckSize(location, path, known_size_bytes);
	auto text = location.store->TryGet(path);
	if (!text) {
		throw Error(ErrorKind::NOT_FOUND, "table " + location.name + ": there is no log file " + path);
	}
	CheckSize(location, path, text->size());
	if (text->empty()) {
		throw Error(ErrorKind::CORRUPT, "table " + location.name + ": the log file " + path + " is empty");
	}
	return std::move(*text);
}

std::vector<Action> Parse(const TableLocation &location, const std::string &text, const std::string &path) {
	std::vector<Action> actions;
	ParseActions(text, "table " + location.name + ", " + std::string(FileNameOf(path)),
	             [&](Action &&action) { actions.push_back(std::move(action)); });
	return actions;
}

std::optional<CommitInfo> FindCommitInfo(std::vector<Action> &&actions) {
	for (auto &action : actions) {
		if (auto info = std::get_if<CommitInfo>(&action)) {
			return std::move(*info);
		}
	}
	return std::nullopt;
}

} // namespace

std::vector<Action> ReadLogFile(const TableLocation &location, const LogFile &file) {
	return Parse(location, ReadText(location, file.path, file.size_bytes), file.path);
}

std::optional<CommitInfo> ReadCommitInfo(const TableLocation &location, const LogFile &commit) {
	auto head = location.store->GetRange(commit.path, 0, HEAD_BYTES);
	const bool is_whole = head.size() < HEAD_BYTES;
	const auto line_end = head.find('\n');
	if (line_end != std::string::npos || is_whole) {
		if (auto info = FindCommitInfo(Parse(location, head.substr(0, line_end), commit.path))) {
			return info;
		}
	}
	return FindCommitInfo(is_whole ? Parse(location, head, commit.path) : ReadLogFile(location, commit));
}

std::string EncodeCommit(const std::vector<Action> &actions) {
	std::string text;
	// PROTOCOL.md, "In-Commit Timestamps": commitInfo must be the first action.
	for (auto &action : actions) {
		if (std::holds_alternative<CommitInfo>(action)) {
			text += WriteAction(action) + '\n';
		}
	}
	for (auto &action : actions) {
		if (!std::holds_alternative<CommitInfo>(action)) {
			text += WriteAction(action) + '\n';
		}
	}
	return text;
}

PutOutcome AppendCommit(const TableLocation &location, int64_t version, const std::string &text) {
	return location.store->PutIfAbsent(location.CommitPath(version), text);
}

std::vector<Action> ReadCommit(const TableLocation &location, int64_t version) {
	const auto path = location.CommitPath(version);
	return Parse(location, ReadText(location, path, 0), path);
}

} // namespace merganser
