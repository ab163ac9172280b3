#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/main/client_context_state.hpp"
#include "engine/scan/lake_scan_info.hpp"

#include <map>
#include <mutex>

namespace merganser {

//! The scans of one connection that are in use, by number. DuckDB copies a plan (a CTE used twice) by writing it out
//! and reading it back in the same connection: what is written of a scan is its number. Thread-safe.
class ScanRegistry : public duckdb::ClientContextState {
public:
	static duckdb::shared_ptr<ScanRegistry> Of(duckdb::ClientContext &context);

	void Add(const duckdb::shared_ptr<LakeScanInfo> &info);
	//! nullptr when the scan is gone, or was another connection's.
	duckdb::shared_ptr<LakeScanInfo> Find(uint64_t number);

private:
	std::mutex lock;
	uint64_t next_number = 1;
	std::map<uint64_t, duckdb::weak_ptr<LakeScanInfo>> scans;
};

} // namespace merganser
