#include "maintain/maintenance_credit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace merganser {

namespace {

//! So that a day of inserts does not end in a statement that takes an hour.
constexpr double BALANCE_MAX_MS = 60000;
//! What is not earned yet makes no statement longer than this, or twice as long as it is.
constexpr double OVERDRAFT_MAX_MS = 250;
constexpr double LOOK_MS_PER_FILE = 0.0001;
constexpr double PACE_MIN = 0.01;
constexpr double PACE_MAX = 100;

} // namespace

MaintenanceCredit::MaintenanceCredit(double overdraft_share_p) : overdraft_share(overdraft_share_p) {
}

bool MaintenanceCredit::CanPay(double cost_ms, double statement_ms) const {
	const auto covered_ms = std::min(cost_ms, std::max(statement_ms, OVERDRAFT_MAX_MS));
	return is_unlimited || balance_ms + overdraft_share * covered_ms >= cost_ms;
}

void MaintenanceCredit::Earn(double statement_ms, double fraction) {
	std::lock_guard<std::mutex> guard(lock);
	is_unlimited = std::isinf(fraction);
	if (!is_unlimited) {
		balance_ms = std::min(balance_ms + fraction * statement_ms, BALANCE_MAX_MS);
	}
}

bool MaintenanceCredit::TryBeginOther(double cost_ms, double statement_ms) {
	std::lock_guard<std::mutex> guard(lock);
	if (is_at_work || !CanPay(cost_ms, statement_ms)) {
		return false;
	}
	is_at_work = true;
	return true;
}

void MaintenanceCredit::FinishOther(double spent_ms) {
	std::lock_guard<std::mutex> guard(lock);
	Pay(spent_ms);
}

bool MaintenanceCredit::TryBegin(const CommittedStatement &statement) {
	std::lock_guard<std::mutex> guard(lock);
	unseen.small_files += statement.small_files;
	unseen.has_worn_files = unseen.has_worn_files || statement.has_worn_files;
	if (is_at_work) {
		return false;
	}
	// Other processes add files too.
	const auto grown = statement.table_files > seen_files ? statement.table_files - seen_files : 0;
	if (!unseen.has_worn_files && std::max(unseen.small_files, grown) < findings.missing_files) {
		return false;
	}
	const auto look_ms = LOOK_MS_PER_FILE * double(statement.table_files);
	if (!CanPay(look_ms + findings.waiting_ms, statement.elapsed_ms)) {
		return false;
	}
	is_at_work = true;
	unseen = {};
	seen_files = statement.table_files;
	return true;
}

double MaintenanceCredit::BudgetMs(double smallest_part_ms, double statement_ms) const {
	std::lock_guard<std::mutex> guard(lock);
	if (is_unlimited) {
		return std::numeric_limits<double>::infinity();
	}
	if (!CanPay(smallest_part_ms, statement_ms)) {
		return 0;
	}
	return std::max(balance_ms, smallest_part_ms);
}

void MaintenanceCredit::Finish(const MaintenanceFindings &findings_p, double spent_ms) {
	std::lock_guard<std::mutex> guard(lock);
	Pay(spent_ms);
	findings = findings_p;
}

void MaintenanceCredit::Pay(double spent_ms) {
	if (!is_unlimited) {
		balance_ms -= spent_ms;
	}
	is_at_work = false;
}

double MaintenanceCredit::BalanceMs() const {
	std::lock_guard<std::mutex> guard(lock);
	return balance_ms;
}

double MaintenancePace::MsOf(double cost) const {
	std::lock_guard<std::mutex> guard(lock);
	return cost * ms_per_cost;
}

double MaintenancePace::CostWithin(double ms) const {
	std::lock_guard<std::mutex> guard(lock);
	return ms / ms_per_cost;
}

void MaintenancePace::Learn(double cost, double took_ms) {
	std::lock_guard<std::mutex> guard(lock);
	ms_per_cost = std::clamp((ms_per_cost + took_ms / cost) / 2, PACE_MIN, PACE_MAX);
}

} // namespace merganser
