#include "maintain/vacuum_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace merganser {

namespace {

constexpr int64_t INTERVAL_MAX_MS = 24ll * 60 * 60 * 1000;
constexpr int64_t RETENTION_MIN_MS = 7 * INTERVAL_MAX_MS;

//! Two looks at the log and, where files go, two commits.
constexpr double LOOK_COST_MS = 5;
constexpr double LOOK_MS_PER_COMMIT = 0.02;
constexpr double DELETE_MS_PER_FILE = 0.1;

} // namespace

int64_t AutomaticRetentionMs(const TableConfiguration &configuration, bool checks_retention) {
	const auto tables_own = DeletedFileRetentionMs(configuration);
	return checks_retention ? std::max(tables_own, RETENTION_MIN_MS) : tables_own;
}

bool MayHaveOldFiles(const TableConfiguration &configuration, int64_t retention_ms, int64_t now_ms) {
	const auto created_ms = configuration.GetMetadata().created_time;
	return !created_ms || *created_ms <= now_ms - retention_ms;
}

int64_t VacuumIntervalMs(int64_t retention_ms) {
	return std::min(INTERVAL_MAX_MS, retention_ms / 7);
}

double VacuumCostMs(uint64_t commits, uint64_t files) {
	return LOOK_COST_MS + LOOK_MS_PER_COMMIT * double(commits) + DELETE_MS_PER_FILE * double(files);
}

uint64_t VacuumFilesWithin(double cost_ms, uint64_t commits) {
	const auto files = (cost_ms - VacuumCostMs(commits, 0)) / DELETE_MS_PER_FILE;
	// What costs as much as there is to spend fits, however it was summed up.
	return files >= double(UINT64_MAX) ? UINT64_MAX : uint64_t(std::max(0.0, std::round(files)));
}

bool VacuumSchedule::IsDue(int64_t now_ms) const {
	std::lock_guard<std::mutex> guard(lock);
	return now_ms >= due_ms;
}

double VacuumSchedule::CostMs() const {
	std::lock_guard<std::mutex> guard(lock);
	return cost_ms;
}

void VacuumSchedule::WaitFor(double cost_ms_p) {
	std::lock_guard<std::mutex> guard(lock);
	cost_ms = cost_ms_p;
}

void VacuumSchedule::WaitUntil(int64_t time_ms) {
	std::lock_guard<std::mutex> guard(lock);
	due_ms = time_ms;
	cost_ms = VacuumCostMs(0, 0);
}

} // namespace merganser
