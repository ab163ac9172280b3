#pragma once

#include "duckdb.hpp"
#include "duckdb/transaction/transaction.hpp"
#include "engine/session/scan_record.hpp"
#include "log/snapshot.hpp"
#include "scan/read_set.hpp"
#include "txn/commit_loop.hpp"
#include "txn/table_change.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! A commit that another writer's conflicted with.
struct CommitLoss {
	ConflictKind kind = ConflictKind::METADATA_CHANGED;
	TableLocation table;
};

//! A change that has become a version.
struct CommittedChange {
	SnapshotPtr snapshot;
	std::vector<AddFile> added_files;
	//! Since the transaction began.
	int64_t elapsed_ms = 0;
};

//! KEPT: a statement that was bound reads by them. FORGOTTEN: the binding failed, or another takes its place.
enum class ScanFate { KEPT, FORGOTTEN };

//! One DuckDB transaction on one attached lake: pins the version of every table at its first use, holds the uncommitted
//! change of the one table it writes, commits it as one Delta version. Thread-safe (operators stage from worker
//! threads).
class LakeTransaction : public duckdb::Transaction {
public:
	LakeTransaction(duckdb::TransactionManager &transactions, duckdb::ClientContext &context, int64_t max_staleness_ms);
	~LakeTransaction() override;

	//! The table as this transaction sees it: pinned at first use, own uncommitted changes included. nullptr when there
	//! is no such table (never was, or dropped). Throws DuckDB exceptions for unreadable tables.
	SnapshotPtr View(duckdb::ClientContext &context, const TableLocation &location);
	//! A past version (time travel): never includes own changes, not pinned.
	SnapshotPtr ViewAtVersion(duckdb::ClientContext &context, const TableLocation &location, int64_t version);
	//! True when this transaction has staged a change of the table.
	bool HasLocalChange(const TableLocation &location);
	//! True when this transaction has staged change files of the table: its commit is then read from these alone.
	bool HasChangeFiles(const TableLocation &location);
	//! The table that this transaction has written so far, if any: it may be a new one that no folder shows.
	std::optional<TableLocation> WrittenTable();
	//! Drops the table in this transaction: it has no view any more; its files are deleted after the commit.
	void StageDrop(duckdb::ClientContext &context, const TableLocation &location);

	//! Refuses (TransactionException) when another table was written before in this transaction, and when the table's
	//! configuration cannot be written (UNSUPPORTED by name). Call in plan hooks or before the first byte is written;
	//! changes nothing.
	void CheckMayWrite(duckdb::ClientContext &context, const TableLocation &location);
	//! Adds a statement's change. The base is the pinned view. The files become this transaction's: deleted when it
	//! does not commit.
	void Stage(duckdb::ClientContext &context, const TableLocation &location, TableChange change);
	//! A data file that was (or is being) written for this transaction: deleted on rollback, CONFLICT or REJECTED,
	//! never on UNKNOWN.
	void RegisterWrittenFile(const TableLocation &location, const std::string &store_path);
	//! A scan of the table was planned: what it reads is looked up at commit, if the table is the one that is written.
	void RegisterScan(const TableLocation &location, std::shared_ptr<ScanRecord> record);
	//! What becomes of the scans that were registered since the last call.
	void SettleScans(ScanFate fate);
	//! The statement replaces what the table holds: as a read of all of it, it conflicts with every concurrent write.
	void MarkWholeTableRead(const TableLocation &location);

	//! What is written is a load of this application: its commit records that. Where the table has this version of the
	//! application or a later one already, Commit leaves the change out and succeeds (PROTOCOL.md, "Transaction
	//! Identifiers"). Throws TransactionException when this transaction has another application.
	void SetApplication(SetTransaction application);

	//! Called by the transaction manager (or earlier, at the end of an autocommit statement). A second call does
	//! nothing.
	duckdb::ErrorData Commit(duckdb::ClientContext &context);
	//! To what Commit lost, if it did.
	std::optional<CommitLoss> Loss();
	//! What Commit made, if it did; a table that was dropped is nothing. Requires: Commit has returned.
	const std::optional<CommittedChange> &Committed() const {
		return committed;
	}
	void Rollback();

	//! Catalog entries live as long as the transaction that looked them up (plans hold raw references to them).
	duckdb::optional_ptr<duckdb::CatalogEntry> FindEntry(const std::string &key);
	duckdb::CatalogEntry &KeepEntry(const std::string &key, duckdb::unique_ptr<duckdb::CatalogEntry> entry);

	static LakeTransaction &Get(duckdb::ClientContext &context, duckdb::Catalog &catalog);

private:
	struct TableState;
	TableState &StateOf(const TableLocation &location);
	TableState &PinnedState(duckdb::ClientContext &context, const TableLocation &location);
	void CheckSingleTable(const TableState &state);
	bool IsLoadedAlready(const TableState &state) const;
	CommitResult CommitTable(duckdb::ClientContext &context, TableState &state);
	void AfterCommit(duckdb::ClientContext &context, TableState &state, const CommitResult &result);
	void DeleteWrittenFiles(TableState &state);
	void SeeNewest(duckdb::ClientContext &context, const TableLocation &location);

	std::mutex lock;
	std::map<std::string, std::unique_ptr<TableState>> tables;
	//! The one table that is written, nullptr so far.
	TableState *written_state = nullptr;
	std::map<std::string, duckdb::unique_ptr<duckdb::CatalogEntry>> entries;
	std::optional<SetTransaction> application;
	bool finished = false;
	std::optional<CommitLoss> loss;
	std::optional<CommittedChange> committed;
	const int64_t began_ms;
	int64_t max_staleness_ms;
};

} // namespace merganser
