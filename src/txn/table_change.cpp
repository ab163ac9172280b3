#include "txn/table_change.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

namespace {

using FileKey = std::pair<std::string, std::string>;
using FileKeys = std::set<FileKey>;

//! PROTOCOL.md, "Action Reconciliation": the same path with another deletion vector is another logical file.
template <class FILE_ACTION>
FileKey KeyOf(const FILE_ACTION &file) {
	return {std::string(CanonicalPath(file.path)), file.deletion_vector ? file.deletion_vector->UniqueId() : ""};
}

template <class FILE_ACTION>
FileKeys KeysOf(const std::vector<FILE_ACTION> &files) {
	FileKeys keys;
	for (auto &file : files) {
		keys.insert(KeyOf(file));
	}
	return keys;
}

//! Takes out what the earlier statement did to a logical file and the later one undid: neither may be committed.
template <class EARLIER, class LATER>
void Cancel(std::vector<EARLIER> &earlier, std::vector<LATER> &later) {
	auto cancelled = KeysOf(earlier);
	auto later_keys = KeysOf(later);
	std::erase_if(cancelled, [&](const FileKey &key) { return !later_keys.contains(key); });
	if (cancelled.empty()) {
		return;
	}
	auto is_cancelled = [&](const auto &file) {
		return cancelled.contains(KeyOf(file));
	};
	std::erase_if(earlier, is_cancelled);
	std::erase_if(later, is_cancelled);
}

template <class T>
void AppendAll(std::vector<T> &target, std::vector<T> &&source) {
	target.insert(target.end(), std::make_move_iterator(source.begin()), std::make_move_iterator(source.end()));
}

//! The later action on the same thing replaces the earlier one: a commit may hold only one.
template <class T>
void ReplaceByKey(std::vector<T> &target, std::vector<T> &&source, std::string T::*key) {
	for (auto &later : source) {
		std::erase_if(target, [&](const T &earlier) { return earlier.*key == later.*key; });
		target.push_back(std::move(later));
	}
}

bool IsNumber(const std::string &value, int64_t &number) {
	auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
	return parsed.ec == std::errc() && parsed.ptr == value.data() + value.size();
}

//! Counters of both statements are summed; what is no number, or would be none of 64 bits, is taken from the later.
void AddMetrics(StringMap &metrics, const StringMap &later) {
	for (auto &[name, text] : later) {
		auto &target = metrics[name];
		int64_t left = 0;
		int64_t right = 0;
		int64_t sum = 0;
		bool is_sum = IsNumber(target, left) && IsNumber(text, right) && !__builtin_add_overflow(left, right, &sum);
		target = is_sum ? std::to_string(sum) : text;
	}
}

} // namespace

bool TableChange::IsEmpty() const {
	return !protocol && !metadata && added_files.empty() && removed_files.empty() && cdc_files.empty() &&
	       transactions.empty() && domains.empty();
}

bool TableChange::OnlyAdds() const {
	return !protocol && !metadata && removed_files.empty() && cdc_files.empty() && domains.empty();
}

bool TableChange::OnlyRemoves() const {
	return !protocol && !metadata && added_files.empty() && !removed_files.empty() && cdc_files.empty() &&
	       domains.empty();
}

void TableChange::Merge(TableChange &&later) {
	bool only_removed = OnlyRemoves();
	ForgetBackfilled(later.removed_files);
	Cancel(added_files, later.removed_files);
	Cancel(removed_files, later.added_files);
	if (!later.OnlyAdds()) {
		refill_parameters.reset();
	} else if (only_removed && !later.added_files.empty()) {
		refill_parameters = later.operation_parameters;
	}
	AppendAll(added_files, std::move(later.added_files));
	AppendAll(removed_files, std::move(later.removed_files));
	AppendAll(cdc_files, std::move(later.cdc_files));
	ReplaceByKey(transactions, std::move(later.transactions), &SetTransaction::app_id);
	ReplaceByKey(domains, std::move(later.domains), &DomainMetadata::domain);
	if (later.protocol) {
		protocol = std::move(later.protocol);
	}
	if (later.metadata) {
		metadata = std::move(later.metadata);
	}
	if (operation.empty()) {
		operation = std::move(later.operation);
		operation_parameters = std::move(later.operation_parameters);
	}
	AddMetrics(operation_metrics, later.operation_metrics);
	known_files.restores_old = known_files.restores_old || later.known_files.restores_old;
	known_files.backfills_row_ids = known_files.backfills_row_ids || later.known_files.backfills_row_ids;
}

void TableChange::ForgetBackfilled(const std::vector<RemoveFile> &removed) {
	if (!known_files.backfills_row_ids) {
		return;
	}
	const auto keys = KeysOf(removed);
	std::erase_if(added_files, [&](const AddFile &file) { return !file.data_change && keys.contains(KeyOf(file)); });
}

void CheckChangeFeedKept(const std::string &table_name, const TableChange &earlier, const TableChange &later) {
	if (earlier.cdc_files.empty() && later.cdc_files.empty()) {
		return;
	}
	auto is_told = [](const TableChange &change) {
		return !change.cdc_files.empty() || (change.added_files.empty() && change.removed_files.empty());
	};
	const auto table = "table '" + table_name + "' has a change data feed (delta.enableChangeDataFeed)";
	if (!is_told(earlier) || !is_told(later)) {
		throw Error(ErrorKind::UNSUPPORTED,
		            table + ", and this transaction has changed it before in a way that the feed of one commit cannot "
		                    "tell together with this. COMMIT first; in one transaction, update and delete before you "
		                    "insert");
	}
	std::set<std::string> own_paths;
	for (auto &file : earlier.added_files) {
		own_paths.emplace(CanonicalPath(file.path));
	}
	for (auto &file : earlier.removed_files) {
		// The same file with another deletion vector: its rows are those of the version before.
		own_paths.erase(std::string(CanonicalPath(file.path)));
	}
	for (auto &file : later.removed_files) {
		if (own_paths.contains(std::string(CanonicalPath(file.path)))) {
			throw Error(ErrorKind::UNSUPPORTED,
			            table + ", and this statement changes rows in a file that its transaction has written before. "
			                    "COMMIT first, or change them in one statement");
		}
	}
}

std::vector<Action> ActionsOf(const TableChange &change) {
	std::vector<Action> actions;
	if (change.protocol) {
		actions.emplace_back(*change.protocol);
	}
	if (change.metadata) {
		actions.emplace_back(*change.metadata);
	}
	actions.insert(actions.end(), change.transactions.begin(), change.transactions.end());
	actions.insert(actions.end(), change.domains.begin(), change.domains.end());
	actions.insert(actions.end(), change.removed_files.begin(), change.removed_files.end());
	actions.insert(actions.end(), change.added_files.begin(), change.added_files.end());
	actions.insert(actions.end(), change.cdc_files.begin(), change.cdc_files.end());
	return actions;
}

} // namespace merganser
