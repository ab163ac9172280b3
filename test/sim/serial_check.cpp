#include "serial_check.hpp"

#include "base/uri.hpp"
#include "log/log_file_name.hpp"
#include "protocol/action_json.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace merganser {

namespace {

//! Executes statements on a set of rows. Returns what the clients have to see.
std::vector<std::string> RunSerially(const std::vector<Statement> &statements, Rows &rows) {
	std::vector<std::string> results;
	for (auto &statement : statements) {
		Rows read;
		Rows others;
		for (auto &row : rows) {
			(statement.Reads(row.key) ? read : others).push_back(row);
		}
		auto effect = Execute(statement, read);
		for (auto &row : effect.outcome) {
			if (row) {
				others.push_back(*row);
			}
		}
		others.insert(others.end(), effect.inserted.begin(), effect.inserted.end());
		std::sort(others.begin(), others.end());
		rows = std::move(others);
		results.push_back(std::move(effect.result));
	}
	return results;
}

class SerialCheck {
public:
	explicit SerialCheck(const RowWorld &world_p) : world(world_p), contents(world.memory->Contents()) {
		for (auto &record : world.records) {
			by_id[record.id] = &record;
		}
	}

	std::vector<std::string> Run() {
		problems = world.problems;
		for (int64_t version = 0; contents.contains(CommitPath(version)); version++) {
			Replay(version);
		}
		CheckContiguous();
		std::map<std::string, int64_t> seen_by;
		for (auto &record : world.records) {
			CheckOutcome(record);
			CheckOrder(record, seen_by[record.actor]);
		}
		return std::move(problems);
	}

	const Rows &Final() const {
		return versions.back();
	}

private:
	struct LiveFile {
		std::optional<DeletionVectorDescriptor> vector;
	};

	std::string CommitPath(int64_t version) const {
		return world.plain_location.CommitPath(version);
	}

	void Expect(bool holds, const std::string &problem) {
		if (!holds) {
			problems.push_back(problem);
		}
	}

	std::string Bytes(const std::string &log_path, const std::string &where) {
		auto found = contents.find(JoinPath(world.plain_location.root, log_path));
		Expect(found != contents.end(), where + ": the live file " + log_path + " is not there");
		return found == contents.end() ? std::string() : found->second;
	}

	//! One commit, in the order of the protocol: all removes name a live logical file, then the adds come.
	void Replay(int64_t version) {
		auto where = "version " + std::to_string(version);
		std::vector<RemoveFile> removes;
		std::vector<AddFile> adds;
		CommitInfo info;
		ParseActions(contents.at(CommitPath(version)), where, [&](Action &&action) {
			if (auto remove = std::get_if<RemoveFile>(&action)) {
				removes.push_back(*remove);
			} else if (auto add = std::get_if<AddFile>(&action)) {
				adds.push_back(*add);
			} else if (auto found = std::get_if<CommitInfo>(&action)) {
				info = *found;
			}
		});
		for (auto &remove : removes) {
			auto found = live.find(remove.path);
			bool is_live = found != live.end() && found->second.vector == remove.deletion_vector;
			Expect(is_live, where + " removes what is not live: " + remove.path);
			live.erase(remove.path);
		}
		for (auto &add : adds) {
			bool is_new = live.emplace(add.path, LiveFile {add.deletion_vector}).second;
			Expect(is_new, where + " adds a file that is live: " + add.path);
		}
		CheckTransaction(version, info, where);
	}

	Rows LiveRows(const std::string &where) {
		Rows rows;
		for (auto &[path, file] : live) {
			auto all = DecodeRows(Bytes(path, where));
			auto vector = LoadVector(file.vector, [&](const std::string &log_path) { return Bytes(log_path, where); });
			for (uint64_t position = 0; position < all.size(); position++) {
				if (!vector.Contains(position)) {
					rows.push_back(all[position]);
				}
			}
		}
		std::sort(rows.begin(), rows.end());
		return rows;
	}

	void CheckTransaction(int64_t version, const CommitInfo &info, const std::string &where) {
		auto rows = versions.empty() ? Rows() : versions.back();
		auto id = info.operation_parameters.find("transaction");
		if (id != info.operation_parameters.end() && id->second == "first") {
			rows = world.options.first_rows;
			std::sort(rows.begin(), rows.end());
		} else if (id != info.operation_parameters.end()) {
			auto found = by_id.find(id->second);
			Expect(found != by_id.end(), where + " is of a transaction that nobody ran: " + id->second);
			Expect(committed.emplace(id->second, version).second, where + ": " + id->second + " is committed twice");
			if (found != by_id.end()) {
				CheckResults(where, *found->second, RunSerially(found->second->statements, rows));
			}
		}
		auto found_rows = LiveRows(where);
		Expect(found_rows == rows, where + " (" + info.operation.value_or("") + ") has the rows " + TextOf(found_rows) +
		                               ", in serial order it has " + TextOf(rows));
		// One wrong version is one problem: later ones are judged from what is there.
		versions.push_back(std::move(found_rows));
	}

	void CheckResults(const std::string &where, const TransactionRecord &record,
	                  const std::vector<std::string> &expected) {
		Expect(record.results.size() == expected.size(), where + ": " + record.id + " has not told all its results");
		for (size_t i = 0; i < std::min(expected.size(), record.results.size()); i++) {
			Expect(record.results[i] == expected[i], where + ": " + record.id + " (" + record.statements[i].ToString() +
			                                             ") told \"" + record.results[i] +
			                                             "\", in serial order it is \"" + expected[i] + "\"");
		}
	}

	void CheckContiguous() {
		size_t commit_files = 0;
		for (auto &[path, bytes] : contents) {
			auto file = ParseLogFileName(path);
			commit_files += file && file->kind == LogFileKind::COMMIT;
		}
		Expect(commit_files == versions.size(), "the log has a gap");
	}

	void CheckReadOnly(const TransactionRecord &record) {
		auto where = record.id + ", which read version " + std::to_string(record.version);
		Expect(!committed.contains(record.id), where + ", is in the log");
		if (record.version < 0 || record.version >= int64_t(versions.size())) {
			Expect(false, where + ": there is no such version");
			return;
		}
		auto rows = versions[size_t(record.version)];
		CheckResults(where, record, RunSerially(record.statements, rows));
		Expect(rows == versions[size_t(record.version)], where + ", has changed nothing but should have");
	}

	void CheckOutcome(const TransactionRecord &record) {
		if (record.is_read_only) {
			CheckReadOnly(record);
			return;
		}
		auto found = committed.find(record.id);
		switch (record.outcome) {
		case CommitOutcome::COMMITTED:
			Expect(found != committed.end() && found->second == record.version,
			       record.id + " was told that it is version " + std::to_string(record.version) + ", it is not");
			break;
		case CommitOutcome::CONFLICT:
		case CommitOutcome::REJECTED:
			Expect(found == committed.end(), record.id + " was told that it failed, it is in the log");
			break;
		case CommitOutcome::UNKNOWN:
			break;
		}
	}

	//! A client never goes back in time: what it starts from holds what it has committed or read before.
	void CheckOrder(const TransactionRecord &record, int64_t &seen) {
		Expect(record.base_version < 0 || record.base_version >= seen,
		       record.id + " started from version " + std::to_string(record.base_version) + ", its client has seen " +
		           std::to_string(seen));
		seen = std::max({seen, record.base_version, record.version});
	}

	const RowWorld &world;
	const std::map<std::string, std::string> contents;
	std::map<std::string, const TransactionRecord *> by_id;
	std::map<std::string, LiveFile> live;
	//! By version.
	std::vector<Rows> versions;
	std::map<std::string, int64_t> committed;
	std::vector<std::string> problems;
};

} // namespace

std::vector<std::string> CheckSerial(const RowWorld &world) {
	return SerialCheck(world).Run();
}

Rows FinalRows(const RowWorld &world) {
	SerialCheck check(world);
	check.Run();
	return check.Final();
}

} // namespace merganser
