#include "engine/scan/scan_registry.hpp"

#include "duckdb/main/client_context.hpp"

namespace merganser {

duckdb::shared_ptr<ScanRegistry> ScanRegistry::Of(duckdb::ClientContext &context) {
	return context.registered_state->GetOrCreate<ScanRegistry>("merganser_scans");
}

void ScanRegistry::Add(const duckdb::shared_ptr<LakeScanInfo> &info) {
	std::lock_guard<std::mutex> guard(lock);
	for (auto entry = scans.begin(); entry != scans.end();) {
		entry = entry->second.expired() ? scans.erase(entry) : std::next(entry);
	}
	info->number = next_number++;
	scans[info->number] = info;
}

duckdb::shared_ptr<LakeScanInfo> ScanRegistry::Find(uint64_t number) {
	std::lock_guard<std::mutex> guard(lock);
	auto entry = scans.find(number);
	return entry == scans.end() ? nullptr : entry->second.lock();
}

} // namespace merganser
