#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "duckdb.hpp"
#include "duckdb/storage/object_cache.hpp"
#include "log/snapshot_cache.hpp"
#include "store/counting_store.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

//! What all attached lakes of one database instance share: stores, snapshot cache, Parquet port. Lives in the
//! instance's object cache.
class LakeInstance : public duckdb::ObjectCacheEntry {
public:
	explicit LakeInstance(duckdb::DatabaseInstance &db);
	~LakeInstance() override;

	static std::string ObjectType() {
		return "merganser_instance";
	}
	std::string GetObjectType() override {
		return ObjectType();
	}
	duckdb::optional_idx GetEstimatedCacheMemory() const override {
		return duckdb::optional_idx();
	}
	static LakeInstance &Get(duckdb::DatabaseInstance &db);
	static LakeInstance &Get(duckdb::ClientContext &context);

	//! The location of a folder given by a user: a local path (made absolute) or `memory://name` (lives with the
	//! instance; for tests). Throws UNSUPPORTED naming the scheme.
	TableLocation Locate(const std::string &path);
	SnapshotCache &Snapshots() {
		return *snapshots;
	}
	ParquetPort &Parquet() {
		return *parquet;
	}
	Clock &GetClock() {
		return Clock::System();
	}
	Random &GetRandom() {
		return Random::System();
	}
	//! Whether RememberCleanedLog was called for this cutoff: nothing that it lets go can have come since.
	bool LogWasCleaned(const TableLocation &location, int64_t cutoff_ms);
	void RememberCleanedLog(const TableLocation &location, int64_t cutoff_ms);
	//! Every store opened so far, for merganser_store_calls().
	std::vector<std::shared_ptr<CountingStore>> Stores();

private:
	std::mutex lock;
	std::shared_ptr<CountingStore> local_store;
	std::vector<std::pair<std::string, std::shared_ptr<CountingStore>>> memory_stores;
	//! By store and folder.
	std::map<std::pair<ObjectStore *, std::string>, int64_t> cleaned_logs;
	std::unique_ptr<SnapshotCache> snapshots;
	std::unique_ptr<ParquetPort> parquet;
};

} // namespace merganser
