#pragma once

#include <cstdint>
#include <mutex>

namespace merganser {

//! What a statement's commit says to the maintenance of its table.
struct CommittedStatement {
	//! How long it took.
	double elapsed_ms = 0;
	uint64_t small_files = 0;
	bool has_worn_files = false;
	//! Files of the table after it.
	uint64_t table_files = 0;
};

//! What a look at the files left behind.
struct MaintenanceFindings {
	//! No other look is worth its time before so many small files have come.
	uint64_t missing_files = 0;
	//! What waits costs so much; 0 when nothing waits.
	double waiting_ms = 0;
};

//! The time that one process may take for the maintenance of one table. Each statement earns a part of its own time;
//! work is paid with the time that it took. Where statements come one to a process, none ever earns enough: so each
//! process draws how much of a job's cost it may go without, evenly from none to all. On average over processes, too,
//! no more is spent than earned. Thread-safe; one thread at a time works.
class MaintenanceCredit {
public:
	//! `overdraft_share`: drawn, from 0 to 1.
	explicit MaintenanceCredit(double overdraft_share);

	//! A statement has taken so long. The same credit pays for every kind of maintenance.
	void Earn(double statement_ms, double fraction);
	//! True when a look at the files is worth its time and can be paid: the caller then calls Finish.
	bool TryBegin(const CommittedStatement &statement);
	//! For what asks nothing of the files' sizes: true when so much can be paid. The caller then calls FinishOther.
	bool TryBeginOther(double cost_ms, double statement_ms);
	//! What may be spent on work of which the smallest part costs so much; 0: wait.
	double BudgetMs(double smallest_part_ms, double statement_ms) const;
	//! Pays.
	void Finish(const MaintenanceFindings &findings, double spent_ms);
	void FinishOther(double spent_ms);

	double BalanceMs() const;

private:
	bool CanPay(double cost_ms, double statement_ms) const;
	void Pay(double spent_ms);

	const double overdraft_share;
	mutable std::mutex lock;
	double balance_ms = 0;
	bool is_unlimited = false;
	bool is_at_work = false;
	MaintenanceFindings findings;
	//! Since the last look.
	struct {
		uint64_t small_files = 0;
		bool has_worn_files = false;
	} unseen;
	//! Files of the table at the last look.
	uint64_t seen_files = 0;
};

//! How fast this machine is: what work cost by CompactionCostMs, and how long it took. Thread-safe.
class MaintenancePace {
public:
	double MsOf(double cost) const;
	double CostWithin(double ms) const;
	void Learn(double cost, double took_ms);

private:
	mutable std::mutex lock;
	double ms_per_cost = 1;
};

} // namespace merganser
