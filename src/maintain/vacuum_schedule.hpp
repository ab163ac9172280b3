#pragma once

#include "protocol/table_configuration.hpp"

#include <cstdint>
#include <mutex>

namespace merganser {

//! How long a VACUUM that nobody has called keeps removed files: what the table says, and with `checks_retention` no
//! less than a week.
int64_t AutomaticRetentionMs(const TableConfiguration &configuration, bool checks_retention);

//! False where the table is younger than that, so that no file can have been removed so long ago. Costs nothing.
bool MayHaveOldFiles(const TableConfiguration &configuration, int64_t retention_ms, int64_t now_ms);

//! Between two looks at a table's log: a day, or a seventh of the time to retain where that is shorter.
int64_t VacuumIntervalMs(int64_t retention_ms);

//! What it takes, in milliseconds of a machine that is known by nothing yet. `commits`: those within the retention.
double VacuumCostMs(uint64_t commits, uint64_t files);
//! How many files that is worth.
uint64_t VacuumFilesWithin(double cost_ms, uint64_t commits);

//! What one process knows of when a table is to be vacuumed. Thread-safe.
class VacuumSchedule {
public:
	bool IsDue(int64_t now_ms) const;
	//! What the next look costs at least.
	double CostMs() const;
	//! It costs more than there is: not before that can be paid.
	void WaitFor(double cost_ms);
	//! No look is worth its time before.
	void WaitUntil(int64_t time_ms);

private:
	mutable std::mutex lock;
	int64_t due_ms = INT64_MIN;
	double cost_ms = VacuumCostMs(0, 0);
};

} // namespace merganser
