#pragma once

#include "base/outcome.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

struct ObjectInfo {
	//! Full path in the store, as given to Get.
	std::string path;
	uint64_t size_bytes = 0;
	int64_t modified_ms = 0;
	//! True only in a shallow listing: a folder (path without trailing '/').
	bool is_folder = false;
};

enum class ListDepth {
	//! The direct children of the folder, sub-folders as one entry each.
	SHALLOW,
	//! Every object below the folder; no folder entries.
	RECURSIVE
};

//! One new object that is written piece by piece and appears whole or not at all.
//! Not thread-safe. Destroying it unfinished aborts it: no trace of it stays.
class ObjectWriter {
public:
	virtual ~ObjectWriter() = default;
	virtual void Append(std::string_view bytes) = 0;
	//! Makes the object durable under its path, unless that is taken. Call once, last.
	virtual PutOutcome FinishIfAbsent() = 0;
	virtual void Abort() = 0;
};

//! Any number may hold a shared lock at a time, or one an exclusive lock.
enum class LockMode { SHARED, EXCLUSIVE };

//! Held until it is destroyed.
class StoreLock {
public:
	virtual ~StoreLock() = default;
};

//! The one seam to the world: every byte of every table goes through it. Thread-safe.
//! Paths are plain (never percent-encoded), '/'-separated; for the local store they are absolute file system paths.
//! All methods throw Error (IO, PERMISSION, CANCELLED) when the store fails; a missing object is NOT_FOUND only where
//! said.
class ObjectStore {
public:
	virtual ~ObjectStore() = default;

	//! What is below `folder`, in byte order of path. With `start_after`, only paths > start_after (a full path).
	//! A missing folder gives an empty list.
	virtual std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                                     const std::string &start_after = std::string()) = 0;
	//! Calls `visit` for every object below `folder`, in no order and, where the store can, without holding all of them
	//! at once. Each folder below (its full path) is first shown to `enter`; nothing in one that it refuses is
	//! visited. What symbolic links lead to is not, nor are they. A missing folder is an empty one.
	virtual void Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
	                  const std::function<void(const ObjectInfo &)> &visit);
	//! nullopt when there is no such object.
	virtual std::optional<ObjectInfo> Head(const std::string &path) = 0;
	//! The whole object, nullopt when there is none.
	virtual std::optional<std::string> TryGet(const std::string &path) = 0;
	//! `length` bytes from `offset` (fewer at the end of the object). Throws NOT_FOUND.
	virtual std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) = 0;
	//! Writes or replaces a whole object atomically (only for hints such as `_last_checkpoint`).
	virtual void Put(const std::string &path, std::string_view bytes) = 0;
	//! Creates the object with exactly these bytes if, and only if, the path is free. Durable when WRITTEN is returned.
	//! An Error means that nothing was written: a failure after which the bytes may be there is UNKNOWN.
	virtual PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) = 0;
	//! A writer for a large new object (data files, checkpoints, deletion vectors).
	virtual std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) = 0;
	//! Removes the object. A missing one is no error.
	virtual void Delete(const std::string &path) = 0;
	//! Creates the folder where folders exist (local); elsewhere does nothing. Existing is no error.
	virtual void CreateFolder(const std::string &folder) = 0;
	//! True when there is such a folder: where folders exist, also an empty one; elsewhere, when an object is below it.
	virtual bool FolderExists(const std::string &folder) {
		return !List(folder, ListDepth::SHALLOW).empty();
	}
	//! Removes the folder where folders exist and it is empty; else does nothing. Returns true when it is gone.
	virtual bool DeleteEmptyFolder(const std::string &folder) = 0;

	//! Removes what interrupted writers left below the folder and did not touch since `modified_before_ms`; List never
	//! shows it.
	//! Returns how many were removed; 0 where the store leaves nothing behind.
	virtual uint64_t DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) {
		(void)folder;
		(void)modified_before_ms;
		return 0;
	}

	//! An opaque text that changes whenever an object is created in, replaced in or removed from the folder (direct
	//! children); one small call. nullopt where the store cannot tell, or when the folder changed so recently that a
	//! further change might not show.
	virtual std::optional<std::string> FolderStamp(const std::string &folder) {
		(void)folder;
		return std::nullopt;
	}

	//! Waits for and holds a lock on the folder among all processes of this machine, until the result is destroyed.
	//! nullptr where the store has no locks, or there is no such folder. Advisory: it keeps the clean-up of a dropped
	//! table apart from its writers; that two commits never take one version is PutIfAbsent's work.
	virtual std::unique_ptr<StoreLock> LockFolder(const std::string &folder, LockMode mode) {
		(void)folder;
		(void)mode;
		return nullptr;
	}

	//! Like LockFolder, but never waits: nullopt when the lock is not free.
	virtual std::optional<std::unique_ptr<StoreLock>> TryLockFolder(const std::string &folder, LockMode mode) {
		return LockFolder(folder, mode);
	}

	//! The path under which other code in this process may read the object directly from the local disk;
	//! nullopt when it must be read through this interface (remote, memory, decorated stores).
	virtual std::optional<std::string> LocalPath(const std::string &path) {
		(void)path;
		return std::nullopt;
	}
	//! For messages: `file`, `memory`, `s3` …
	virtual std::string Name() const = 0;
};

//! Like TryGet but throws NOT_FOUND naming the path.
std::string GetObject(ObjectStore &store, const std::string &path);

} // namespace merganser
