#pragma once

#include "log/snapshot.hpp"
#include "sim_stage.hpp"
#include "txn/commit_loop.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! What one commit said of itself, for the checkers.
struct CommitRecord {
	std::string actor;
	std::string operation;
	//! Path of the one file that it adds; the value of its rows is part of the path.
	std::string added_path;
	CommitOutcome outcome = CommitOutcome::UNKNOWN;
	int64_t version = -1;
	std::optional<ConflictKind> conflict;
	std::string message;
};

//! What one read saw.
struct ReadRecord {
	std::string actor;
	int64_t version = -1;
	int64_t sum = 0;
	bool is_dropped = false;
};

//! One simulated table with everything around it. Actors run one at a time (Scheduler), so that the records need no
//! lock.
class SimWorld : public SimStage {
public:
	SimWorld(uint64_t seed, uint32_t fail_permille);
	~SimWorld();

	//! Creates the table unless it is there; appends, overwrites, …: `rounds` commits each.
	void AddAppender(const std::string &name, int rounds);
	void AddOverwriter(const std::string &name, int rounds);
	//! Replaces two files by one of the same sum (dataChange = false).
	void AddCompactor(const std::string &name, int rounds);
	//! Drops the table, then makes it again on top of its log.
	void AddDropper(const std::string &name, int rounds);
	//! Changes a table property.
	void AddAlterer(const std::string &name, int rounds);
	void AddCheckpointer(const std::string &name, int rounds);
	void AddReader(const std::string &name, int rounds);

	std::vector<CommitRecord> commits;
	std::vector<ReadRecord> reads;

private:
	struct Actor;
	void AddActor(const std::string &name, int rounds, void (Actor::*act)());

	std::vector<std::unique_ptr<Actor>> actors;
};

//! The value in a path made by an actor.
int64_t ValueOf(std::string_view path);
//! Sum over the live files.
int64_t SumOf(const Snapshot &snapshot);

} // namespace merganser
