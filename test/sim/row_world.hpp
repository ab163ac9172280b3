#pragma once

#include "row_statement.hpp"
#include "sim_stage.hpp"
#include "txn/commit_loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! One transaction as its client tells it.
struct TransactionRecord {
	//! In the commit's operationParameters.
	std::string id;
	std::string actor;
	std::vector<Statement> statements;
	//! What the client saw in the execution that committed (or may have): one for each statement.
	std::vector<std::string> results;
	CommitOutcome outcome = CommitOutcome::REJECTED;
	//! Changed nothing, so that nothing was committed: COMMITTED, and `version` is what it read.
	bool is_read_only = false;
	//! COMMITTED: the version that it made or read.
	int64_t version = -1;
	//! Version that the last execution started from.
	int64_t base_version = -1;
	uint32_t executions = 0;
	std::optional<ConflictKind> last_conflict;
	std::string message;
};

struct RowWorldOptions {
	bool is_partitioned = false;
	//! Row changes by deletion vectors; else files are rewritten.
	bool has_vectors = false;
	bool has_commit_timestamps = false;
	//! What sessions ask for; nullopt: the table's, which is Serializable.
	std::optional<IsolationLevel> isolation;
	//! Transactions do not say what they read: the checker must notice.
	bool withholds_reads = false;
	uint32_t fail_permille = 0;
	Rows first_rows;
};

//! One table of rows, and clients that run transactions on it. A client that loses runs its transaction again on the
//! newest version. Actors run one at a time (Scheduler), so that the records need no lock.
class RowWorld : public SimStage {
public:
	//! The statements of one transaction; more than one is BEGIN … COMMIT.
	using MakeStatements = std::function<std::vector<Statement>(Random &)>;

	RowWorld(uint64_t seed, RowWorldOptions options_p);
	~RowWorld();

	void AddClient(const std::string &name, int rounds, MakeStatements make);
	void AddCompactor(const std::string &name, int rounds);
	//! Sets properties, harmless ones and others.
	void AddAlterer(const std::string &name, int rounds);
	void AddCheckpointer(const std::string &name, int rounds);

	const RowWorldOptions options;
	std::vector<TransactionRecord> records;
	//! Exceptions that no client expects.
	std::vector<std::string> problems;

private:
	struct Actor;
	void AddActor(const std::string &name, int rounds, std::function<void(Actor &)> act);
	void CreateTable();

	std::vector<std::unique_ptr<Actor>> actors;
};

} // namespace merganser
