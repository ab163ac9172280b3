#pragma once

#include "sim_stage.hpp"
#include "txn/commit_loop.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace merganser {

//! A table whose data files are there, which is written, optimized, vacuumed, checkpointed, cleaned up and read at
//! once. Hours pass between what its clients do, so that files and versions fall out of the retention while others use
//! them.
class UpkeepWorld : public SimStage {
public:
	UpkeepWorld(uint64_t seed, uint32_t fail_permille);
	~UpkeepWorld();

	//! The table, and clients of every kind.
	void AddEverybody();
	//! After Run: what is wrong with the table, one sentence each.
	std::vector<std::string> Check();

	//! What readers missed.
	std::vector<std::string> problems;
	uint64_t deleted_files = 0;
	//! By VACUUM LITE.
	uint64_t deleted_by_log = 0;
	uint64_t deleted_log_files = 0;
	uint64_t restores = 0;
	uint64_t optimized_files = 0;
	uint64_t versions_read = 0;
	//! A client took longer than files are retained: then nothing was promised.
	bool is_void = false;

private:
	struct Client;
	//! What a client tried to commit, in rows: a row is the name of the file that it first came in.
	struct Written {
		CommitOutcome outcome;
		//! OPTIMIZE: what it adds and removes is equal.
		bool changes_data = true;
		bool restores = false;
		std::set<std::string> added;
		std::set<std::string> removed;

		bool MayBeThere() const {
			return outcome == CommitOutcome::COMMITTED || outcome == CommitOutcome::UNKNOWN;
		}
	};

	void AddClient(const std::string &name, int rounds, void (Client::*act)());
	//! Every version that was the newest one within the retention can be read, with all its files.
	void ReadVersions(const std::string &reader);
	void CheckRows(const Snapshot &newest, std::vector<std::string> &found) const;

	//! Versions have times of their own, which are not those of the files.
	const bool has_commit_times;
	std::vector<std::unique_ptr<Client>> clients;
	std::vector<Written> written;
	//! By the path of a file, whether or not it is there any more.
	std::map<std::string, std::vector<std::string>> rows_of;
};

} // namespace merganser
