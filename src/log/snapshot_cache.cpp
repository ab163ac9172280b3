#include "log/snapshot_cache.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace merganser {

//! One table. `load_lock` is held while the store is asked, so that others wait for the answer instead of asking again;
//! it is always taken before the cache's lock.
struct SnapshotCache::Entry {
	std::mutex load_lock;
	SnapshotPtr snapshot;
	//! When the snapshot was last known to be the newest.
	int64_t checked_ms = 0;

	//! The three below are guarded by the cache's lock.
	uint64_t memory_bytes = 0;
	uint64_t last_use = 0;
	//! False once the table was forgotten or evicted: what is loaded then is not kept.
	bool is_cached = true;
};

SnapshotCache::SnapshotCache(uint64_t memory_bytes_max_p) : memory_bytes_max(memory_bytes_max_p) {
}

std::string SnapshotCache::KeyOf(const TableLocation &location) {
	return std::to_string(reinterpret_cast<uintptr_t>(location.store.get())) + ":" + location.root;
}

std::shared_ptr<SnapshotCache::Entry> SnapshotCache::EntryOf(const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	auto &entry = entries[KeyOf(location)];
	if (!entry) {
		entry = std::make_shared<Entry>();
	}
	return entry;
}

std::shared_ptr<SnapshotCache::Entry> SnapshotCache::TryEntryOf(const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	auto found = entries.find(KeyOf(location));
	return found == entries.end() ? nullptr : found->second;
}

void SnapshotCache::Account(Entry &entry) {
	// Counted before the lock is taken: statistics that were loaded since the last time are in it.
	const uint64_t bytes = entry.snapshot ? entry.snapshot->files.MemoryBytes() : 0;
	std::vector<std::shared_ptr<Entry>> evicted;
	std::lock_guard<std::mutex> guard(lock);
	if (!entry.is_cached) {
		return;
	}
	if (!entry.snapshot) {
		// Names of tables that are not there are not collected.
		evicted.push_back(Remove(Find(entry)));
		return;
	}
	memory_bytes += bytes - entry.memory_bytes;
	entry.memory_bytes = bytes;
	entry.last_use = ++use_count;
	evicted = Evict(memory_bytes_max > 0 ? &entry : nullptr);
}

std::vector<std::shared_ptr<SnapshotCache::Entry>> SnapshotCache::Evict(const Entry *used) {
	std::vector<std::shared_ptr<Entry>> evicted;
	while (memory_bytes > memory_bytes_max) {
		auto oldest = entries.end();
		for (auto at = entries.begin(); at != entries.end(); ++at) {
			const bool is_older = oldest == entries.end() || at->second->last_use < oldest->second->last_use;
			if (at->second.get() != used && at->second->memory_bytes > 0 && is_older) {
				oldest = at;
			}
		}
		if (oldest == entries.end()) {
			break;
		}
		evicted.push_back(Remove(oldest));
	}
	return evicted;
}

SnapshotCache::EntryMap::iterator SnapshotCache::Find(const Entry &entry) {
	return std::find_if(entries.begin(), entries.end(), [&](auto &known) { return known.second.get() == &entry; });
}

void SnapshotCache::SetMemoryMax(uint64_t bytes) {
	// Freed after the lock is released.
	std::vector<std::shared_ptr<Entry>> evicted;
	std::lock_guard<std::mutex> guard(lock);
	memory_bytes_max = bytes;
	evicted = Evict(nullptr);
}

std::shared_ptr<SnapshotCache::Entry> SnapshotCache::Remove(EntryMap::iterator at) {
	auto entry = at->second;
	memory_bytes -= entry->memory_bytes;
	entry->memory_bytes = 0;
	entry->is_cached = false;
	entries.erase(at);
	return entry;
}

SnapshotPtr SnapshotCache::Latest(const TableLocation &location, LogContext context, int64_t max_staleness_ms,
                                  int64_t now_ms) {
	auto entry = EntryOf(location);
	std::lock_guard<std::mutex> guard(entry->load_lock);
	if (entry->snapshot && max_staleness_ms > 0 && now_ms - entry->checked_ms < max_staleness_ms) {
		Account(*entry);
		return entry->snapshot;
	}
	try {
		entry->snapshot = entry->snapshot ? RefreshSnapshot(entry->snapshot, context) : LoadSnapshot(location, context);
		entry->checked_ms = now_ms;
	} catch (const Error &error) {
		// A table that is gone may come back as another one.
		if (error.kind == ErrorKind::NOT_FOUND || error.kind == ErrorKind::CORRUPT) {
			entry->snapshot = nullptr;
			entry->checked_ms = 0;
		}
		Account(*entry);
		throw;
	}
	Account(*entry);
	return entry->snapshot;
}

SnapshotPtr SnapshotCache::AtVersion(const TableLocation &location, LogContext context, int64_t version) {
	SnapshotPtr cached;
	if (auto entry = TryEntryOf(location)) {
		std::lock_guard<std::mutex> guard(entry->load_lock);
		cached = entry->snapshot;
	}
	if (cached && cached->version == version && cached->last_commit) {
		// Another table may have taken its place.
		const auto info = location.store->Head(location.CommitPath(version));
		if (info && info->size_bytes == cached->last_commit->size_bytes &&
		    info->modified_ms == cached->last_commit->modified_ms) {
			return cached;
		}
	}
	return LoadSnapshot(location, context, version);
}

void SnapshotCache::Advance(const SnapshotPtr &snapshot) {
	auto entry = EntryOf(snapshot->location);
	std::lock_guard<std::mutex> guard(entry->load_lock);
	if (entry->snapshot && entry->snapshot->version >= snapshot->version) {
		return;
	}
	entry->snapshot = snapshot;
	Account(*entry);
}

void SnapshotCache::Forget(const TableLocation &location) {
	// Freed after the lock is released.
	std::shared_ptr<Entry> forgotten;
	std::lock_guard<std::mutex> guard(lock);
	auto found = entries.find(KeyOf(location));
	if (found != entries.end()) {
		forgotten = Remove(found);
	}
}

} // namespace merganser
