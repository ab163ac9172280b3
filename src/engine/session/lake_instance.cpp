#include "engine/session/lake_instance.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "duckdb/common/file_system.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/parquet/duckdb_parquet_port.hpp"
#include "engine/session/snapshot_cache_size.hpp"
#include "store/local_store.hpp"
#include "store/memory_store.hpp"

namespace merganser {

static constexpr const char *MEMORY_SCHEME = "memory://";

LakeInstance::LakeInstance(duckdb::DatabaseInstance &db)
    : local_store(std::make_shared<CountingStore>(std::make_shared<LocalStore>(), true)),
      snapshots(std::make_unique<SnapshotCache>(DefaultSnapshotCacheBytes(db))), parquet(MakeDuckDBParquetPort(db)) {
}

LakeInstance::~LakeInstance() = default;

LakeInstance &LakeInstance::Get(duckdb::DatabaseInstance &db) {
	auto &cache = db.GetObjectCache();
	return *cache.GetOrCreate<LakeInstance>(ObjectType(), db);
}

LakeInstance &LakeInstance::Get(duckdb::ClientContext &context) {
	return Get(*context.db);
}

//! `/a/./b/../c/` -> `/a/c`: one folder has one name, as the snapshot cache is keyed by it.
static std::string NormalizeFolder(const std::string &path) {
	std::vector<std::string> parts;
	size_t start = 0;
	while (start <= path.size()) {
		auto end = path.find('/', start);
		end = end == std::string::npos ? path.size() : end;
		auto part = path.substr(start, end - start);
		if (part == ".." && !parts.empty()) {
			parts.pop_back();
		} else if (!part.empty() && part != "." && part != "..") {
			parts.push_back(part);
		}
		start = end + 1;
	}
	std::string result;
	for (auto &part : parts) {
		result += "/" + part;
	}
	return result.empty() ? "/" : result;
}

static std::string LocalFolder(const std::string &path) {
	std::string plain = path;
	if (duckdb::StringUtil::StartsWith(plain, "file://")) {
		plain = PercentDecode(plain.substr(7));
	} else if (duckdb::StringUtil::StartsWith(plain, "file:/")) {
		plain = PercentDecode(plain.substr(5));
	}
	if (duckdb::StringUtil::StartsWith(plain, "~/") || plain == "~") {
		plain = duckdb::FileSystem::CreateLocal()->GetHomeDirectory() + plain.substr(1);
	}
	if (plain.empty() || plain[0] != '/') {
		plain = duckdb::FileSystem::GetWorkingDirectory() + "/" + plain;
	}
	return NormalizeFolder(plain);
}

TableLocation LakeInstance::Locate(const std::string &path) {
	if (path.empty()) {
		throw Error(ErrorKind::INVALID_INPUT, "the path of a lake is empty: name a folder");
	}
	TableLocation location;
	location.name = path;
	if (duckdb::StringUtil::StartsWith(path, MEMORY_SCHEME)) {
		auto rest = path.substr(std::string(MEMORY_SCHEME).size());
		auto name = rest.substr(0, rest.find('/'));
		std::lock_guard<std::mutex> guard(lock);
		for (auto &entry : memory_stores) {
			if (entry.first == name) {
				location.store = entry.second;
			}
		}
		if (!location.store) {
			auto store = std::make_shared<CountingStore>(std::make_shared<MemoryStore>(), true);
			memory_stores.emplace_back(name, store);
			location.store = store;
		}
		location.root = NormalizeFolder("/" + rest);
		return location;
	}
	auto scheme_end = path.find("://");
	if (scheme_end != std::string::npos && path.substr(0, scheme_end) != "file") {
		throw Error(ErrorKind::UNSUPPORTED, "'" + path + "': the store '" + path.substr(0, scheme_end) +
		                                        "' is not supported by this version; use a local folder");
	}
	location.store = local_store;
	location.root = LocalFolder(path);
	return location;
}

bool LakeInstance::LogWasCleaned(const TableLocation &location, int64_t cutoff_ms) {
	std::lock_guard<std::mutex> guard(lock);
	const auto cleaned = cleaned_logs.find({location.store.get(), location.root});
	return cleaned != cleaned_logs.end() && cleaned->second == cutoff_ms;
}

void LakeInstance::RememberCleanedLog(const TableLocation &location, int64_t cutoff_ms) {
	std::lock_guard<std::mutex> guard(lock);
	cleaned_logs[{location.store.get(), location.root}] = cutoff_ms;
}

std::vector<std::shared_ptr<CountingStore>> LakeInstance::Stores() {
	std::lock_guard<std::mutex> guard(lock);
	std::vector<std::shared_ptr<CountingStore>> result {local_store};
	for (auto &entry : memory_stores) {
		result.push_back(entry.second);
	}
	return result;
}

} // namespace merganser
