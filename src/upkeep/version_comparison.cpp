#include "upkeep/version_comparison.hpp"

#include "log/file_key.hpp"
#include "protocol/action_json.hpp"
#include "protocol/table_properties.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace merganser {

namespace {

constexpr size_t FILES_TOLD_MAX = 10;

std::string KeyOf(const FileBatch &batch, uint32_t row) {
	const auto *vector = batch.DeletionVector(row);
	return std::string(CanonicalPath(batch.Path(row))) + (vector ? "#" + vector->UniqueId() : "");
}

//! All of a file but what a checkpoint may leave out or write in other words: whether its commit changed data, the text
//! of its statistics.
std::string WhatMatters(const FileBatch &batch, uint32_t row) {
	auto file = batch.ToAddFile(row);
	file.data_change = false;
	file.stats.reset();
	file.path = std::string(CanonicalPath(file.path));
	if (file.tags && file.tags->empty()) {
		file.tags.reset();
	}
	const auto records = batch.Statistics({})->num_records[row];
	return WriteAction(Action(std::move(file))) + std::to_string(records);
}

class FileDifferences {
public:
	void Add(const std::string &text) {
		if (count++ < FILES_TOLD_MAX) {
			told.push_back(text);
		}
	}
	std::vector<std::string> Take() {
		if (count > FILES_TOLD_MAX) {
			told.push_back("and " + std::to_string(count - FILES_TOLD_MAX) + " more files");
		}
		return std::move(told);
	}

private:
	size_t count = 0;
	std::vector<std::string> told;
};

std::vector<std::string> CompareFiles(const Snapshot &of_checkpoint, const Snapshot &of_commits) {
	FileDifferences differences;
	std::unordered_map<std::string, FileRef> files;
	of_checkpoint.files.ForEachLive([&](FileRef file) {
		const auto &batch = of_checkpoint.files.BatchOf(file);
		if (!files.emplace(KeyOf(batch, file.row), file).second) {
			differences.Add("it lists the file " + std::string(batch.Path(file.row)) + " twice");
		}
	});
	of_commits.files.ForEachLive([&](FileRef file) {
		const auto &batch = of_commits.files.BatchOf(file);
		const std::string path(batch.Path(file.row));
		const auto other = files.find(KeyOf(batch, file.row));
		if (other == files.end()) {
			differences.Add("it lacks the file " + path);
			return;
		}
		if (WhatMatters(of_checkpoint.files.BatchOf(other->second), other->second.row) !=
		    WhatMatters(batch, file.row)) {
			differences.Add("it says something else of the file " + path + " than its commit");
		}
		files.erase(other);
	});
	for (const auto &[key, file] : files) {
		differences.Add("it lists the file " + std::string(of_checkpoint.files.BatchOf(file).Path(file.row)) +
		                ", which no commit added or a later one removed");
	}
	return differences.Take();
}

//! Writers hold table features as sets.
Protocol Sorted(Protocol protocol) {
	for (auto *features : {&protocol.reader_features, &protocol.writer_features}) {
		if (*features) {
			std::sort((*features)->begin(), (*features)->end());
		}
	}
	return protocol;
}

//! A checkpoint may forget the transactions of applications that have not been heard of for so long.
bool MayForgetTransactions(const Snapshot &snapshot) {
	return FindProperty(snapshot.configuration->GetMetadata().configuration, "delta.setTransactionRetentionDuration");
}

template <class ACTION>
void CompareNamed(const std::string &what, const std::map<std::string, ACTION> &checkpoint,
                  const std::map<std::string, ACTION> &commits, bool may_lack, std::vector<std::string> &differences) {
	for (const auto &[name, action] : commits) {
		const auto other = checkpoint.find(name);
		if (other == checkpoint.end() ? !may_lack : WriteAction(other->second) != WriteAction(action)) {
			differences.push_back("it lacks the " + what + " '" + name + "', or has another one");
		}
	}
	for (const auto &entry : checkpoint) {
		if (!commits.contains(entry.first)) {
			differences.push_back("it has a " + what + " '" + entry.first + "' that no commit has");
		}
	}
}

} // namespace

std::vector<std::string> CompareVersions(const Snapshot &of_checkpoint, const Snapshot &of_commits) {
	auto differences = CompareFiles(of_checkpoint, of_commits);
	const auto &read = *of_checkpoint.configuration;
	const auto &replayed = *of_commits.configuration;
	if (WriteAction(Sorted(read.GetProtocol())) != WriteAction(Sorted(replayed.GetProtocol()))) {
		differences.push_back("it has another protocol than the commits");
	}
	if (WriteAction(read.GetMetadata()) != WriteAction(replayed.GetMetadata())) {
		differences.push_back("it has another metaData than the commits");
	}
	CompareNamed("txn", of_checkpoint.transactions, of_commits.transactions, MayForgetTransactions(of_commits),
	             differences);
	CompareNamed("domainMetadata", of_checkpoint.domains, of_commits.domains, false, differences);
	return differences;
}

} // namespace merganser
