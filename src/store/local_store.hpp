#pragma once

#include "base/clock.hpp"
#include "store/object_store.hpp"

namespace merganser {

//! The local disk. Thread-safe; holds no state, so any number of them and of processes may share a folder.
//! A new object appears by link() of a synced temporary file: after a crash it is whole or not there.
//! List follows symbolic links to files, and in a shallow listing to folders, but never descends through one.
class LocalStore : public ObjectStore {
public:
	//! The clock only tells how fresh a folder's time stamp is.
	explicit LocalStore(Clock &clock_p = Clock::System()) : clock(clock_p) {
	}

	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override;
	void Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
	          const std::function<void(const ObjectInfo &)> &visit) override;
	std::optional<ObjectInfo> Head(const std::string &path) override;
	std::optional<std::string> TryGet(const std::string &path) override;
	std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) override;
	void Put(const std::string &path, std::string_view bytes) override;
	//! UNKNOWN when the disk failed after the object got its name. Throws UNSUPPORTED where no atomic way exists.
	PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) override;
	//! Folders that it creates stay when the writer is aborted.
	std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) override;
	void Delete(const std::string &path) override;
	void CreateFolder(const std::string &folder) override;
	bool FolderExists(const std::string &folder) override;
	bool DeleteEmptyFolder(const std::string &folder) override;
	uint64_t DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) override;
	//! nullopt on network and unknown file systems too: their time stamps are cached or coarse.
	//! An object that other software overwrites in place, without a rename, does not change the stamp.
	std::optional<std::string> FolderStamp(const std::string &folder) override;
	//! flock() on the folder itself. nullptr also when there is no such folder. A thread that takes it twice waits
	//! forever.
	std::unique_ptr<StoreLock> LockFolder(const std::string &folder, LockMode mode) override;
	std::optional<std::unique_ptr<StoreLock>> TryLockFolder(const std::string &folder, LockMode mode) override;
	std::optional<std::string> LocalPath(const std::string &path) override;
	std::string Name() const override;

private:
	Clock &clock;
};

} // namespace merganser
