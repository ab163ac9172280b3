#include "engine/session/snapshot_cache_size.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/storage/buffer_manager.hpp"
#include "engine/session/lake_instance.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr const char *CACHE_SETTING = "merganser_snapshot_cache_size";
constexpr uint64_t CACHE_BYTES_MAX = 2ull << 30;
constexpr uint64_t SHARES_OF_MEMORY = 4;

void SetCacheSize(duckdb::ClientContext &context, duckdb::SetScope, duckdb::Value &value) {
	const auto text = value.IsNull() ? std::string() : value.GetValue<std::string>();
	const auto bytes = text.empty() ? DefaultSnapshotCacheBytes(*context.db) : duckdb::DBConfig::ParseMemoryLimit(text);
	LakeInstance::Get(context).Snapshots().SetMemoryMax(bytes);
}

} // namespace

uint64_t DefaultSnapshotCacheBytes(duckdb::DatabaseInstance &db) {
	const uint64_t memory_limit = duckdb::BufferManager::GetBufferManager(db).GetMaxMemory();
	return std::min(memory_limit / SHARES_OF_MEMORY, CACHE_BYTES_MAX);
}

void RegisterSnapshotCacheSize(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(CACHE_SETTING,
	                                                   "memory for snapshots of tables, in the whole instance (as "
	                                                   "memory_limit is written; '0B': none is kept); empty: "
	                                                   "a quarter of the memory limit, 2 GiB at most",
	                                                   duckdb::LogicalType::VARCHAR, duckdb::Value(""), SetCacheSize);
}

} // namespace merganser
