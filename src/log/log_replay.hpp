#pragma once

#include "base/cancel_token.hpp"
#include "log/file_key.hpp"
#include "log/file_list_builder.hpp"
#include "log/log_listing.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! PROTOCOL.md, "Action Reconciliation", over commits from the newest to the oldest: what comes first wins. Not
//! thread-safe.
class LogReplay {
public:
	//! With `keep_removes` the removes that win are kept as tombstones.
	explicit LogReplay(bool keep_removes_p = false) : keep_removes(keep_removes_p) {
	}

	//! Reads and applies one file of the log, the next older one: a commit, a compacted file or a JSON checkpoint.
	void ApplyFile(const TableLocation &location, const LogFile &file);
	//! The same for some, given from the oldest to the newest: the newest is the next older one.
	void ApplyFiles(const TableLocation &location, const std::vector<LogFile> &files, const CancelToken &cancel);
	//! One commit, the next older one. Within it the later line wins.
	void ApplyCommit(std::vector<Action> &&actions, int64_t version);
	//! Actions of a checkpoint or of a compacted file, whose commits are not known. Within them the earlier one wins:
	//! some writers put the commits into a compacted file one behind the other, the newest first.
	void ApplyReconciled(std::vector<Action> &&actions);
	//! The added files from the oldest to the newest commit. Takes them away.
	std::vector<CommittedFile> TakeFiles();

	FileKeySet keys;
	std::optional<Protocol> protocol;
	std::optional<Metadata> metadata;
	std::map<std::string, SetTransaction> transactions;
	//! Removed ones too.
	std::map<std::string, DomainMetadata> domains;
	//! Of the commit that was applied first.
	std::optional<CommitInfo> newest_commit_info;
	std::vector<Sidecar> sidecars;
	std::vector<RemoveFile> removes;

private:
	void ApplyOne(Action &&action, int64_t version);

	const bool keep_removes;
	bool has_commit = false;
	//! Newest first.
	std::vector<CommittedFile> files;
};

} // namespace merganser
