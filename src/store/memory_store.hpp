#pragma once

#include "base/clock.hpp"
#include "store/object_store.hpp"

#include <map>
#include <mutex>

namespace merganser {

//! A store in memory, for tests and simulation. Thread-safe and deterministic: time comes from the clock alone.
//! Behaves like a remote object store: folders exist only through the objects below them.
class MemoryStore : public ObjectStore {
public:
	explicit MemoryStore(Clock &clock_p = Clock::System()) : clock(clock_p) {
	}

	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override;
	std::optional<ObjectInfo> Head(const std::string &path) override;
	std::optional<std::string> TryGet(const std::string &path) override;
	std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) override;
	void Put(const std::string &path, std::string_view bytes) override;
	PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) override;
	std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) override;
	void Delete(const std::string &path) override;
	void CreateFolder(const std::string &folder) override;
	//! True when nothing is below the folder.
	bool DeleteEmptyFolder(const std::string &folder) override;
	//! Counts changes; nullopt while stamps are switched off.
	std::optional<std::string> FolderStamp(const std::string &folder) override;
	std::string Name() const override;

	//! Remote stores have no stamps, so they are off until a test asks for them.
	void EnableFolderStamps(bool enabled);
	//! A copy of everything, to compare two runs.
	std::map<std::string, std::string> Contents() const;

private:
	struct Object {
		//! Shared, so that readers copy outside of the lock.
		std::shared_ptr<const std::string> bytes;
		int64_t modified_ms = 0;
	};
	std::shared_ptr<const std::string> Find(const std::string &path) const;
	void Store(const std::string &path, std::string_view bytes);
	void CountChange(const std::string &path);

	Clock &clock;
	mutable std::mutex lock;
	std::map<std::string, Object> objects;
	std::map<std::string, uint64_t, std::less<>> change_counts;
	bool has_folder_stamps = false;
};

} // namespace merganser
