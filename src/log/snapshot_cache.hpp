#pragma once

#include "log/snapshot.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! The newest known snapshot of each table of one database instance, bounded in memory: the least recently used goes
//! first, the one in use stays however large it is. Thread-safe: two threads that want the same cold table load it
//! once.
class SnapshotCache {
public:
	explicit SnapshotCache(uint64_t memory_bytes_max);

	//! The newest version; checks the store unless the cached one was checked less than `max_staleness_ms` ago.
	SnapshotPtr Latest(const TableLocation &location, LogContext context, int64_t max_staleness_ms, int64_t now_ms);
	//! A given version; from the cache when it is the cached one.
	SnapshotPtr AtVersion(const TableLocation &location, LogContext context, int64_t version);
	//! Puts a newer snapshot in (after our own commit).
	void Advance(const SnapshotPtr &snapshot);
	void Forget(const TableLocation &location);
	//! 0: none is kept.
	void SetMemoryMax(uint64_t bytes);

private:
	struct Entry;
	using EntryMap = std::map<std::string, std::shared_ptr<Entry>>;
	static std::string KeyOf(const TableLocation &location);
	std::shared_ptr<Entry> EntryOf(const TableLocation &location);
	//! nullptr where there is none.
	std::shared_ptr<Entry> TryEntryOf(const TableLocation &location);
	//! Notes the entry's use and size; evicts others, least recently used first, when there is too much; takes out one
	//! without a snapshot. Requires: the entry's own lock is held.
	void Account(Entry &entry);
	//! Takes out what is too much, but not `used`. The three below require: `lock` is held.
	std::vector<std::shared_ptr<Entry>> Evict(const Entry *used);
	std::shared_ptr<Entry> Remove(EntryMap::iterator at);
	EntryMap::iterator Find(const Entry &entry);

	std::mutex lock;
	EntryMap entries;
	uint64_t memory_bytes_max;
	uint64_t memory_bytes = 0;
	uint64_t use_count = 0;
};

} // namespace merganser
