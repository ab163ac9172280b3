#include "sim_check.hpp"

#include "log/commit_append.hpp"
#include "protocol/action_json.hpp"

#include <map>
#include <set>

namespace merganser {

namespace {

//! One version as the raw log tells it.
struct ModelVersion {
	std::set<std::string> live;
	bool is_dropped = false;

	int64_t Sum() const {
		int64_t sum = 0;
		for (auto &path : live) {
			sum += ValueOf(path);
		}
		return sum;
	}
};

class RunCheck {
public:
	explicit RunCheck(const SimWorld &world_p) : world(world_p) {
	}

	std::vector<std::string> Run() {
		auto contents = world.memory->Contents();
		for (int64_t version = 0; contents.contains(world.plain_location.CommitPath(version)); version++) {
			Replay(version, contents.at(world.plain_location.CommitPath(version)));
		}
		CheckContiguous(contents);
		CheckCommits();
		CheckReads();
		CheckFinalSnapshot();
		return std::move(problems);
	}

private:
	void Expect(bool holds, const std::string &problem) {
		if (!holds) {
			problems.push_back(problem);
		}
	}

	void Replay(int64_t version, const std::string &text) {
		auto before = versions.empty() ? ModelVersion() : versions.back();
		auto after = before;
		auto where = "version " + std::to_string(version);
		CommitInfo info;
		std::set<std::string> added;
		bool is_first = true;
		ParseActions(text, where, [&](Action &&action) {
			Expect(is_first == std::holds_alternative<CommitInfo>(action),
			       where + ": commitInfo is not first and alone");
			is_first = false;
			if (auto found = std::get_if<CommitInfo>(&action)) {
				info = *found;
			} else if (auto remove = std::get_if<RemoveFile>(&action)) {
				Expect(after.live.erase(remove->path) == 1,
				       where + " removes a file that is not live: " + remove->path);
			} else if (auto add = std::get_if<AddFile>(&action)) {
				Expect(!before.live.contains(add->path), where + " adds a file that is live: " + add->path);
				added.insert(add->path);
				added_in[add->path].push_back(version);
			} else if (auto metadata = std::get_if<Metadata>(&action)) {
				after.is_dropped = metadata->configuration.contains("merganser.dropped");
			}
		});
		after.live.insert(added.begin(), added.end());
		CheckOperation(where, info, before, after, added);
		CheckTime(where, info);
		versions.push_back(std::move(after));
	}

	void CheckOperation(const std::string &where, const CommitInfo &info, const ModelVersion &before,
	                    const ModelVersion &after, const std::set<std::string> &added) {
		auto operation = info.operation.value_or("");
		Expect(txn_ids.insert(info.txn_id.value_or("")).second, where + ": the same transaction is committed twice");
		Expect(operation == "CREATE TABLE" || !before.is_dropped,
		       where + " changes a table that was dropped: " + operation);
		if (operation == "OPTIMIZE") {
			Expect(before.Sum() == after.Sum(), where + ": OPTIMIZE changed the sum");
		} else if (operation == "OVERWRITE") {
			Expect(after.live == added, where + ": rows survived an overwrite that did not see them");
		} else if (operation == "DROP TABLE") {
			Expect(after.live.empty() && after.is_dropped, where + ": the dropped table has rows");
		} else if (operation == "CREATE TABLE") {
			Expect(!after.is_dropped && after.live == added, where + ": the new table has old rows");
		}
		bool is_blind = operation == "WRITE" || operation == "CREATE TABLE" || operation == "SET TBLPROPERTIES";
		Expect(info.is_blind_append == is_blind, where + ": isBlindAppend is wrong");
	}

	//! PROTOCOL.md, "In-Commit Timestamps": strictly growing.
	void CheckTime(const std::string &where, const CommitInfo &info) {
		if (info.in_commit_timestamp) {
			Expect(*info.in_commit_timestamp > last_timestamp, where + ": in-commit timestamps do not grow");
			last_timestamp = *info.in_commit_timestamp;
		}
	}

	void CheckContiguous(const std::map<std::string, std::string> &contents) {
		size_t commit_files = 0;
		for (auto &[path, bytes] : contents) {
			auto file = ParseLogFileName(path);
			commit_files += file && file->kind == LogFileKind::COMMIT;
		}
		Expect(commit_files == versions.size(), "the log has a gap");
	}

	void CheckCommits() {
		for (auto &record : world.commits) {
			auto found = added_in.find(record.added_path);
			size_t times = found == added_in.end() ? 0 : found->second.size();
			auto what = record.actor + " " + record.operation + " " + record.added_path + ": ";
			switch (record.outcome) {
			case CommitOutcome::COMMITTED:
				Expect(record.added_path.empty() || (times == 1 && found->second[0] == record.version),
				       what + "COMMITTED as version " + std::to_string(record.version) + " but " +
				           std::to_string(times) + " times in the log");
				break;
			case CommitOutcome::CONFLICT:
			case CommitOutcome::REJECTED:
				Expect(times == 0, what + "lost, but it is in the log: " + record.message);
				break;
			case CommitOutcome::UNKNOWN:
				Expect(times <= 1, what + "UNKNOWN, and in the log more than once");
				break;
			}
		}
	}

	void CheckReads() {
		std::map<std::string, int64_t> newest;
		for (auto &read : world.reads) {
			auto what = read.actor + " at version " + std::to_string(read.version) + ": ";
			if (read.version < 0 || size_t(read.version) >= versions.size()) {
				Expect(false, what + "no such version");
				continue;
			}
			auto &model = versions[size_t(read.version)];
			Expect(read.sum == model.Sum(),
			       what + "saw the sum " + std::to_string(read.sum) + ", not " + std::to_string(model.Sum()));
			Expect(read.is_dropped == model.is_dropped, what + "does not know whether the table was dropped");
			auto known = newest.emplace(read.actor, -1).first;
			Expect(read.version >= known->second, what + "went back in time");
			known->second = read.version;
		}
	}

	void CheckFinalSnapshot() {
		if (versions.empty()) {
			return;
		}
		MemoryParquet parquet;
		auto snapshot = LoadSnapshot(world.plain_location, LogContext {parquet});
		Expect(snapshot->version == int64_t(versions.size()) - 1, "the final snapshot is not the newest version");
		Expect(SumOf(*snapshot) == versions.back().Sum(), "the final snapshot has another sum than the log");
	}

	const SimWorld &world;
	std::vector<ModelVersion> versions;
	std::map<std::string, std::vector<int64_t>> added_in;
	std::set<std::string> txn_ids;
	int64_t last_timestamp = 0;
	std::vector<std::string> problems;
};

} // namespace

std::vector<std::string> CheckRun(const SimWorld &world) {
	return RunCheck(world).Run();
}

} // namespace merganser
