#include "txn/conflict_check.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"
#include "protocol/dropped_table_mark.hpp"
#include "protocol/identity_columns.hpp"
#include "scan/file_pruning.hpp"
#include "txn/metadata_conflict.hpp"
#include "txn/protocol_conflict.hpp"
#include "txn/row_ids.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace merganser {

namespace {

//! Canonical paths; they refer to the actions' texts.
using PathSet = std::unordered_set<std::string_view>;

//! The winner's actions by kind.
struct WinnerSummary {
	explicit WinnerSummary(const Winner &winner) {
		for (auto &action : winner.actions) {
			Take(action);
		}
	}

	void Take(const Action &action) {
		if (auto add = std::get_if<AddFile>(&action)) {
			adds.push_back(add);
			added_paths.insert(CanonicalPath(add->path));
		} else if (auto remove = std::get_if<RemoveFile>(&action)) {
			removes.push_back(remove);
			removed_paths.insert(CanonicalPath(remove->path));
		} else if (auto found_protocol = std::get_if<Protocol>(&action)) {
			protocol = found_protocol;
		} else if (auto found_metadata = std::get_if<Metadata>(&action)) {
			metadata = found_metadata;
		} else if (auto transaction = std::get_if<SetTransaction>(&action)) {
			app_ids.insert(transaction->app_id);
		} else if (auto domain = std::get_if<DomainMetadata>(&action)) {
			domains.insert(domain->domain);
		} else if (auto found_info = std::get_if<CommitInfo>(&action)) {
			info = found_info;
		}
	}

	const Protocol *protocol = nullptr;
	const Metadata *metadata = nullptr;
	const CommitInfo *info = nullptr;
	std::vector<const AddFile *> adds;
	std::vector<const RemoveFile *> removes;
	PathSet added_paths;
	PathSet removed_paths;
	std::unordered_set<std::string_view> app_ids;
	std::unordered_set<std::string_view> domains;
};

//! Checks one pair of commits. The order of the checks is part of the contract: the first one that fails names the
//! conflict.
class Check {
public:
	Check(const TableConfiguration &base_p, const TableChange &ours_p, const ReadSet &read_set_p,
	      const Winner &winner_p, IsolationLevel isolation_p)
	    : base(base_p), ours(ours_p), read_set(read_set_p), version(winner_p.version), winner(winner_p),
	      isolation(isolation_p) {
		for (auto &path : read_set.files) {
			read_paths.insert(CanonicalPath(path));
		}
		for (auto &remove : ours.removed_files) {
			our_removed_paths.insert(CanonicalPath(remove.path));
		}
		for (auto &add : ours.added_files) {
			if (!our_removed_paths.contains(CanonicalPath(add.path))) {
				our_new_paths.insert(CanonicalPath(add.path));
			}
		}
	}

	std::optional<Conflict> Run() const {
		if (winner.metadata && IsDropped(*winner.metadata)) {
			return Lost(ConflictKind::TABLE_DROPPED, "it dropped the table");
		}
		if (winner.metadata && IsDropped(base.GetMetadata())) {
			return Lost(ConflictKind::TABLE_EXISTS, "it made the dropped table again first");
		}
		if (ours.known_files.restores_old && winner.info && winner.info->operation == VACUUM_START) {
			return Lost(ConflictKind::CONCURRENT_DELETE_READ, "it deletes files of old versions");
		}
		if (auto conflict = CheckProtocolAndMetadata()) {
			return conflict;
		}
		if (auto conflict = CheckDomainsAndTransactions()) {
			return conflict;
		}
		if (auto conflict = CheckAddedFiles()) {
			return conflict;
		}
		return CheckRemovedFiles();
	}

private:
	Conflict Lost(ConflictKind kind, std::string reason) const {
		Conflict conflict;
		conflict.kind = kind;
		conflict.winner_version = version;
		if (winner.info) {
			conflict.winner_operation = winner.info->operation.value_or("");
			conflict.winner_engine = winner.info->engine_info.value_or("");
		}
		conflict.reason = std::move(reason);
		return conflict;
	}

	std::optional<Conflict> CheckProtocolAndMetadata() const {
		if (winner.protocol) {
			if (auto reason = ProtocolConflict(base.GetProtocol(), *winner.protocol)) {
				return Lost(ConflictKind::PROTOCOL_CHANGED, *reason);
			}
			if (ours.protocol) {
				return Lost(ConflictKind::PROTOCOL_CHANGED, "both changed the table's protocol");
			}
		}
		return CheckMetadata();
	}

	//! A change with metadata or a protocol of its own was made from the old ones and would undo the winner's.
	std::optional<Conflict> CheckMetadata() const {
		if (!winner.metadata) {
			return std::nullopt;
		}
		try {
			if (ours.metadata || ours.protocol) {
				return Lost(ConflictKind::METADATA_CHANGED, BothNumberRows()
				                                                ? "both numbered rows of an identity column"
				                                                : "both changed the table's schema or properties");
			}
			if (auto reason = MetadataConflict(base, *winner.metadata)) {
				return Lost(ConflictKind::METADATA_CHANGED, *reason);
			}
		} catch (const Error &error) {
			return Lost(ConflictKind::METADATA_CHANGED, std::string("its schema cannot be read: ") + error.what());
		}
		return std::nullopt;
	}

	bool BothNumberRows() const {
		auto &before = base.GetMetadata();
		return ours.metadata && MovesHighWaterMarksOnly(before, *ours.metadata) &&
		       MovesHighWaterMarksOnly(before, *winner.metadata);
	}

	std::optional<Conflict> CheckDomainsAndTransactions() const {
		for (auto &domain : ours.domains) {
			if (winner.domains.contains(domain.domain) && !IsRowTracking(domain)) {
				return Lost(ConflictKind::DOMAIN_METADATA, "both changed the metadata domain '" + domain.domain + "'");
			}
		}
		auto check = [&](const std::string &app_id) -> std::optional<Conflict> {
			if (!winner.app_ids.contains(app_id)) {
				return std::nullopt;
			}
			return Lost(ConflictKind::CONCURRENT_TRANSACTION,
			            "it is a transaction of the same application id '" + app_id + "'");
		};
		for (auto &app_id : read_set.app_ids) {
			if (auto conflict = check(app_id)) {
				return conflict;
			}
		}
		for (auto &transaction : ours.transactions) {
			if (auto conflict = check(transaction.app_id)) {
				return conflict;
			}
		}
		return std::nullopt;
	}

	//! Do the winner's added files count at all?
	bool AddsCount() const {
		if (RearrangesOnly(ours)) {
			return false;
		}
		// A commit that takes files away has read them, whatever it says of itself.
		bool is_blind = winner.info && winner.info->is_blind_append.value_or(false) && winner.removes.empty();
		switch (isolation) {
		case IsolationLevel::SERIALIZABLE:
			return true;
		case IsolationLevel::WRITE_SERIALIZABLE:
			return !is_blind || ours.metadata.has_value();
		}
		return true;
	}

	bool WasRead(const AddFile &file) const {
		return read_set.whole_table || std::any_of(read_set.predicates.begin(), read_set.predicates.end(),
		                                           [&](const PredicatePtr &p) { return FileMayMatch(file, base, *p); });
	}

	std::optional<Conflict> CheckAddedFiles() const {
		for (auto file : winner.adds) {
			if (our_new_paths.contains(CanonicalPath(file->path))) {
				return Lost(ConflictKind::CONCURRENT_APPEND, "both added the file " + file->path);
			}
		}
		if (!AddsCount()) {
			return std::nullopt;
		}
		for (auto file : winner.adds) {
			if (!IsKnownFile(*file) && WasRead(*file)) {
				std::string what =
				    read_set.whole_table ? "the whole table was read" : "the statement's filter may match them";
				return Lost(ConflictKind::CONCURRENT_APPEND,
				            "it added rows that were not seen (" + what + "): file " + file->path);
			}
		}
		return std::nullopt;
	}

	//! A file that the winner removed and added again, with another deletion vector, and that we read or remove: no
	//! new file. CheckRemovedFiles finds it and says it better.
	bool IsKnownFile(const AddFile &file) const {
		auto path = CanonicalPath(file.path);
		return winner.removed_paths.contains(path) && (read_paths.contains(path) || our_removed_paths.contains(path));
	}

	//! By path alone: a winner that only changed the deletion vector removes the file and adds it again.
	std::optional<Conflict> CheckRemovedFiles() const {
		if (winner.removes.empty()) {
			return std::nullopt;
		}
		for (auto file : winner.removes) {
			if (read_paths.contains(CanonicalPath(file->path))) {
				return Lost(ConflictKind::CONCURRENT_DELETE_READ, Took(*file) + " that was read: " + file->path);
			}
		}
		if (read_set.whole_table) {
			return Lost(ConflictKind::CONCURRENT_DELETE_READ,
			            Took(*winner.removes[0]) + " of the table, which was read whole: " + winner.removes[0]->path);
		}
		for (auto file : winner.removes) {
			if (our_removed_paths.contains(CanonicalPath(file->path))) {
				return Lost(ConflictKind::CONCURRENT_DELETE_DELETE,
				            Took(*file) + " that was to be changed too: " + file->path);
			}
		}
		return std::nullopt;
	}

	std::string Took(const RemoveFile &file) const {
		return winner.added_paths.contains(CanonicalPath(file.path)) ? "it deleted rows of a file"
		                                                             : "it removed a file";
	}

	const TableConfiguration &base;
	const TableChange &ours;
	const ReadSet &read_set;
	const int64_t version;
	const WinnerSummary winner;
	const IsolationLevel isolation;
	PathSet read_paths;
	PathSet our_removed_paths;
	//! Of files that we add and did not take out of the table in the same commit.
	PathSet our_new_paths;
};

} // namespace

bool RearrangesOnly(const TableChange &change) {
	if (change.protocol || change.metadata || !change.transactions.empty() || !change.domains.empty()) {
		return false;
	}
	auto keeps_rows = [](const auto &file) {
		return !file.data_change;
	};
	return !(change.added_files.empty() && change.removed_files.empty()) &&
	       std::all_of(change.added_files.begin(), change.added_files.end(), keeps_rows) &&
	       std::all_of(change.removed_files.begin(), change.removed_files.end(), keeps_rows);
}

std::optional<Conflict> CheckConflict(const TableConfiguration &base, const TableChange &ours, const ReadSet &read_set,
                                      const Winner &winner, std::optional<IsolationLevel> isolation) {
	return Check(base, ours, read_set, winner, isolation.value_or(base.Isolation())).Run();
}

} // namespace merganser
