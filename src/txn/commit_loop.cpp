#include "txn/commit_loop.hpp"

#include "base/error.hpp"
#include "base/limits.hpp"
#include "log/checksum_file.hpp"
#include "log/commit_append.hpp"
#include "txn/change_check.hpp"
#include "txn/commit_assembly.hpp"
#include "txn/commit_message.hpp"
#include "txn/commit_slot.hpp"
#include "txn/metadata_conflict.hpp"
#include "txn/row_ids.hpp"

#include <exception>
#include <utility>

namespace merganser {

namespace {

//! One run of CommitChange. `previous` is the newest version whose commits have all been checked against the change;
//! the next attempt goes into the slot after it.
class CommitRun {
public:
	CommitRun(const CommitRequest &request_p, CommitEnvironment environment_p)
	    : request(request_p), environment(environment_p), previous(request_p.base),
	      backoff(environment.clock, environment.random),
	      content {request.change, request.read_set,          request.engine_info, request.base.get(),
	               nullptr,        environment.random.Uuid(), request.isolation} {
	}

	CommitResult Run() {
		auto broken_rule =
		    CheckChange(request.base.get(), request.change, request.location.name, content.configuration);
		if (broken_rule) {
			return Finish(CommitOutcome::REJECTED, RejectedMessage(request, *broken_rule));
		}
		for (result.attempts = 1; result.attempts <= limits::COMMIT_ATTEMPTS_MAX; result.attempts++) {
			if (auto finished = Attempt()) {
				return std::move(*finished);
			}
			if (environment.log.cancel.IsCancelled()) {
				return Finish(CommitOutcome::REJECTED,
				              NothingWrittenMessage(request, NextVersion(), "the statement was cancelled"));
			}
			backoff.Pause();
		}
		result.attempts = limits::COMMIT_ATTEMPTS_MAX;
		return LostTooOften();
	}

private:
	int64_t NextVersion() const {
		return previous ? previous->version + 1 : 0;
	}

	CommitResult Finish(CommitOutcome outcome, std::string message) {
		result.outcome = outcome;
		result.message = std::move(message);
		return std::move(result);
	}

	CommitResult Lose(Conflict conflict) {
		auto message = ConflictMessage(request, conflict);
		result.conflict = std::move(conflict);
		return Finish(CommitOutcome::CONFLICT, std::move(message));
	}

	//! nullopt: another was first and the change may be tried again after it.
	std::optional<CommitResult> Attempt() {
		int64_t version = NextVersion();
		auto actions = AssembleCommit(content, CommitSlot {version, environment.clock.NowMs(), previous.get()});
		auto text = EncodeCommit(actions);
		auto slot =
		    TakeSlot(request.location, version, text, content.txn_id, Backoff(environment.clock, environment.random));
		switch (slot.holder) {
		case SlotHolder::OURS:
			return Committed(version, actions, text.size());
		case SlotHolder::ANOTHER:
			return Rebase(Winner {version, std::move(slot.actions)});
		case SlotHolder::REFUSED:
			return Finish(CommitOutcome::REJECTED, NothingWrittenMessage(request, version, slot.problem));
		case SlotHolder::UNSETTLED:
			return Finish(CommitOutcome::UNKNOWN, UnknownMessage(request, version, content.txn_id, slot.problem));
		}
		return std::nullopt;
	}

	//! The commit file as the snapshot wants to know it. A store that does not answer costs only the next reader a
	//! reload.
	LogFile DescribeCommit(int64_t version, uint64_t size_bytes) {
		LogFile file;
		file.version = version;
		file.version_end = version;
		file.path = request.location.CommitPath(version);
		file.size_bytes = size_bytes;
		file.modified_ms = environment.clock.NowMs();
		try {
			if (auto info = request.location.store->Head(file.path)) {
				file.size_bytes = info->size_bytes;
				file.modified_ms = info->modified_ms;
			}
		} catch (const std::exception &) {
		}
		return file;
	}

	//! Nothing that goes wrong after the put may look like a commit that failed.
	CommitResult Committed(int64_t version, const std::vector<Action> &actions, uint64_t size_bytes) {
		result.version = version;
		result.snapshot = SnapshotOf(version, actions, size_bytes);
		if (result.snapshot) {
			WriteChecksum(*result.snapshot, content.txn_id);
		}
		return Finish(CommitOutcome::COMMITTED, std::string());
	}

	SnapshotPtr SnapshotOf(int64_t version, const std::vector<Action> &actions, uint64_t size_bytes) {
		if (previous) {
			try {
				return AdvanceSnapshot(previous, actions, DescribeCommit(version, size_bytes));
			} catch (const std::exception &) {
				// Reading the log says what is wrong, if something is.
			}
		}
		Backoff pauses(environment.clock, environment.random);
		for (uint32_t attempt = 0; attempt < limits::SETTLE_ATTEMPTS_MAX; attempt++) {
			try {
				return LoadSnapshot(request.location, LogContext {environment.log.parquet}, version);
			} catch (const Error &error) {
				if (error.kind != ErrorKind::IO) {
					return nullptr;
				}
				pauses.Pause();
			} catch (const std::exception &) {
				return nullptr;
			}
		}
		return nullptr;
	}

	//! Checks every commit that is in front of us. nullopt: none conflicts, try again after them.
	std::optional<CommitResult> Rebase(Winner first) {
		if (!previous) {
			return Lose(TableExists(first));
		}
		try {
			return PassWinners(std::move(first));
		} catch (const Error &error) {
			bool may_pass = error.kind == ErrorKind::IO || error.kind == ErrorKind::NOT_FOUND;
			if (may_pass && ++failed_reads < limits::SETTLE_ATTEMPTS_MAX) {
				return std::nullopt;
			}
			return Finish(CommitOutcome::REJECTED, NothingWrittenMessage(request, NextVersion(), error.what()));
		} catch (const std::exception &error) {
			return Finish(CommitOutcome::REJECTED, NothingWrittenMessage(request, NextVersion(), error.what()));
		}
	}

	std::optional<CommitResult> PassWinners(Winner first) {
		auto commits = ListNewCommits(request.location, previous->version);
		if (commits.empty() || commits[0].version != first.version) {
			commits.assign(1, DescribeCommit(first.version, 0));
		}
		for (auto &commit : commits) {
			bool is_first = commit.version == first.version;
			Winner winner =
			    is_first ? std::move(first) : Winner {commit.version, ReadCommit(request.location, commit.version)};
			auto conflict = CheckConflict(*request.base->configuration, request.change, request.read_set, winner,
			                              request.isolation);
			if (!conflict) {
				conflict = Pass(winner, commit);
			}
			if (conflict) {
				return Lose(std::move(*conflict));
			}
		}
		return std::nullopt;
	}

	//! Moves `previous` on. A version that we cannot write on top of (a feature that came with it) is a conflict.
	std::optional<Conflict> Pass(const Winner &winner, const LogFile &commit) {
		try {
			auto next = AdvanceSnapshot(previous, winner.actions, commit);
			if (next->configuration != previous->configuration) {
				if (auto reason = MoveTo(next->configuration)) {
					auto conflict = DescribeWinner(winner);
					conflict.kind = ConflictKind::METADATA_CHANGED;
					conflict.reason = std::move(*reason);
					return conflict;
				}
			}
			previous = std::move(next);
		} catch (const Error &error) {
			if (error.kind != ErrorKind::UNSUPPORTED) {
				throw;
			}
			auto conflict = DescribeWinner(winner);
			conflict.kind = ConflictKind::PROTOCOL_CHANGED;
			conflict.reason = error.what();
			return conflict;
		}
		last_winner = DescribeWinner(winner);
		return std::nullopt;
	}

	//! Our commit will be one of a table that the winner configured. Returns why it may not be; throws UNSUPPORTED for
	//! a table that we cannot write.
	std::optional<std::string> MoveTo(const TableConfigurationPtr &next) {
		next->CheckWritable();
		if (!SamePhysicalNames(*previous->configuration, *next)) {
			return "it changed what the table's columns are called in its files";
		}
		if (!request.change.protocol && !request.change.metadata) {
			content.configuration = next;
		} else if (!request.change.protocol) {
			auto ours = std::make_shared<TableConfiguration>(request.location.name, next->GetProtocol(),
			                                                 *request.change.metadata);
			ours->CheckWritable();
			content.configuration = std::move(ours);
		}
		return MissingRowCount(*content.configuration, request.change);
	}

	CommitResult LostTooOften() {
		last_winner.kind = ConflictKind::CONCURRENT_APPEND;
		last_winner.reason = "other commits were faster " + std::to_string(result.attempts) + " times in a row";
		return Lose(last_winner);
	}

	const CommitRequest &request;
	CommitEnvironment environment;
	SnapshotPtr previous;
	Backoff backoff;
	CommitContent content;
	CommitResult result;
	Conflict last_winner;
	uint32_t failed_reads = 0;
};

} // namespace

CommitResult CommitChange(const CommitRequest &request, CommitEnvironment environment) {
	return CommitRun(request, environment).Run();
}

} // namespace merganser
