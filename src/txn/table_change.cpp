#include "txn/table_change.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>

namespace merganser {

namespace {

template <class FILE_ACTION>
std::pair<std::string, std::string> FileKey(const FILE_ACTION &file) {
	return {file.path, file.deletion_vector ? file.deletion_vector->UniqueId() : std::string()};
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

//! Counters of both statements are summed; what is no number is taken from the later.
void AddMetrics(StringMap &metrics, const StringMap &later) {
	for (auto &[name, text] : later) {
		auto &target = metrics[name];
		int64_t left = 0;
		int64_t right = 0;
		auto is_number = [](const std::string &value, int64_t &number) {
			auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
			return parsed.ec == std::errc() && parsed.ptr == value.data() + value.size();
		};
		bool sum = is_number(target, left) && is_number(text, right);
		target = sum ? std::to_string(left + right) : text;
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

void TableChange::Merge(TableChange &&later) {
	// A file that this transaction added and then removed was never in the table: neither action may be committed.
	std::set<std::pair<std::string, std::string>> own;
	for (auto &add : added_files) {
		own.insert(FileKey(add));
	}
	std::set<std::pair<std::string, std::string>> cancelled;
	for (auto &remove : later.removed_files) {
		if (own.contains(FileKey(remove))) {
			cancelled.insert(FileKey(remove));
		}
	}
	if (!cancelled.empty()) {
		auto is_cancelled = [&](const auto &file) {
			return cancelled.contains(FileKey(file));
		};
		std::erase_if(added_files, is_cancelled);
		std::erase_if(later.removed_files, is_cancelled);
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
}

} // namespace merganser
