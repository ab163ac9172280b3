#pragma once

#include "base/random.hpp"
#include "duckdb.hpp"
#include "duckdb/storage/object_cache.hpp"
#include "engine/session/lake_transaction.hpp"
#include "maintain/automatic_plan.hpp"
#include "maintain/maintenance_credit.hpp"
#include "maintain/vacuum_schedule.hpp"
#include "upkeep/removed_files.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace merganser {

//! What the session asks of automatic maintenance.
struct MaintenanceSettings {
	bool compacts = true;
	uint64_t files_min = 0;
	bool vacuums = true;
	//! Of the statements' time. Infinite: all that is due is done at once.
	double fraction = 0;
};

//! What one process knows of a table.
struct TableMaintenance {
	explicit TableMaintenance(double overdraft_share) : credit(overdraft_share) {
	}
	MaintenanceCredit credit;
	VacuumSchedule vacuum;
	//! A part of a VACUUM was done. For the one who is at work.
	std::optional<RemovedFilesPosition> vacuum_goes_on;
};

//! The credit of all tables that this database instance has written, and what it learnt of the machine. Lives in the
//! instance's object cache. Thread-safe.
class MaintenanceCredits : public duckdb::ObjectCacheEntry {
public:
	static std::string ObjectType() {
		return "merganser_maintenance_credits";
	}
	std::string GetObjectType() override {
		return ObjectType();
	}
	duckdb::optional_idx GetEstimatedCacheMemory() const override {
		return duckdb::optional_idx();
	}
	static MaintenanceCredits &Get(duckdb::ClientContext &context);

	//! Lives as long as the instance.
	TableMaintenance &Of(const TableLocation &location, Random &random);

	//! Of compaction, and of VACUUM.
	MaintenancePace pace;
	MaintenancePace vacuum_pace;

private:
	std::mutex lock;
	//! By store and folder.
	std::map<std::pair<ObjectStore *, std::string>, std::unique_ptr<TableMaintenance>> tables;
};

//! After a statement's commit: joins small files and writes worn ones anew, where that is due and paid for. Returns
//! whether it has done or tried anything. Throws nothing: what fails is left for a later statement. Requires: the query
//! is being executed, outside of BEGIN; the credit has earned its time.
bool CompactAfter(duckdb::ClientContext &context, duckdb::Catalog &catalog, const CommittedChange &committed,
                  const MaintenanceSettings &settings) noexcept;

} // namespace merganser
