#pragma once

#include "store/object_store.hpp"
#include "store/store_call.hpp"

#include <array>
#include <atomic>

namespace merganser {

//! What went through a CountingStore.
struct StoreCounts {
	std::array<uint64_t, STORE_CALL_KINDS> calls {};
	uint64_t bytes_read = 0;
	uint64_t bytes_written = 0;
	uint64_t entries_listed = 0;

	uint64_t Of(StoreCall call) const {
		return calls[static_cast<size_t>(call)];
	}
	//! Every call of every kind.
	uint64_t Total() const;
	//! "list=1 get=2 …", kinds without calls left out.
	std::string ToString() const;
};

//! Counts the calls to another store. Thread-safe. A call counts when it begins, whether or not it fails.
class CountingStore : public ObjectStore {
public:
	//! With `pass_local_path` other code may go around the counter, as it does in production; without, every byte is
	//! counted.
	CountingStore(std::shared_ptr<ObjectStore> inner_p, bool pass_local_path_p);

	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override;
	void Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
	          const std::function<void(const ObjectInfo &)> &visit) override;
	std::optional<ObjectInfo> Head(const std::string &path) override;
	std::optional<std::string> TryGet(const std::string &path) override;
	std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) override;
	void Put(const std::string &path, std::string_view bytes) override;
	PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) override;
	std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) override;
	void Delete(const std::string &path) override;
	void CreateFolder(const std::string &folder) override;
	bool FolderExists(const std::string &folder) override;
	bool DeleteEmptyFolder(const std::string &folder) override;
	uint64_t DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) override;
	std::optional<std::string> FolderStamp(const std::string &folder) override;
	std::unique_ptr<StoreLock> LockFolder(const std::string &folder, LockMode mode) override;
	std::optional<std::unique_ptr<StoreLock>> TryLockFolder(const std::string &folder, LockMode mode) override;
	std::optional<std::string> LocalPath(const std::string &path) override;
	std::string Name() const override;

	StoreCounts Counts() const;
	void Reset();

private:
	friend class CountingObjectWriter;
	struct Counters {
		std::array<std::atomic<uint64_t>, STORE_CALL_KINDS> calls {};
		std::atomic<uint64_t> bytes_read {0};
		std::atomic<uint64_t> bytes_written {0};
		std::atomic<uint64_t> entries_listed {0};
	};
	void Count(StoreCall call);

	const std::shared_ptr<ObjectStore> inner;
	const bool pass_local_path;
	Counters counters;
};

} // namespace merganser
