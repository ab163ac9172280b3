#include "engine/port/store_file_system.hpp"

#include "base/error.hpp"
#include "duckdb/common/file_system.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/main/database.hpp"
#include "duckdb/storage/object_cache.hpp"
#include "engine/port/error_border.hpp"

#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace merganser {

namespace {

constexpr const char *SCHEME = "merganser-store://";
//! Option of OpenFileInfo: the file is read once.
constexpr const char *READ_ONCE_OPTION = "merganser_read_once";
//! Sizes are asked for once per file and dropped together when there are this many.
constexpr size_t KNOWN_FILES_MAX = 20000;

//! A store by its number. Shared stores are only watched; a borrowed one is its user's to keep alive.
struct StoreEntry {
	ObjectStore *store = nullptr;
	std::weak_ptr<ObjectStore> shared;
	bool is_borrowed = false;
};

//! A file that DuckDB writes or has written, not yet published.
struct PendingFile {
	std::unique_ptr<ObjectWriter> writer;
	uint64_t size_bytes = 0;
	bool is_closed = false;
	//! What is written goes here when it is held back.
	std::optional<std::string> held;

	void Append(std::string_view bytes) {
		writer->Append(bytes);
		size_bytes += bytes.size();
	}
};

struct KnownFile {
	uint64_t size_bytes = 0;
	int64_t modified_ms = 0;
};

class StoreReadHandle : public duckdb::FileHandle {
public:
	StoreReadHandle(duckdb::FileSystem &fs, const std::string &path_p, duckdb::FileOpenFlags flags)
	    : FileHandle(fs, path_p, flags) {
	}
	~StoreReadHandle() override = default;
	void Close() override {
		local.reset();
	}

	std::shared_ptr<ObjectStore> store;
	std::string store_path;
	KnownFile known;
	uint64_t position = 0;
	bool is_read_once = false;
	//! Set where the object is a file of the local disk.
	duckdb::unique_ptr<duckdb::FileHandle> local;
};

class StoreWriteHandle : public duckdb::FileHandle {
public:
	StoreWriteHandle(duckdb::FileSystem &fs, const std::string &path_p, duckdb::FileOpenFlags flags)
	    : FileHandle(fs, path_p, flags) {
	}
	~StoreWriteHandle() override = default;
	void Close() override {
		pending->is_closed = true;
	}

	std::shared_ptr<PendingFile> pending;
};

std::shared_ptr<ObjectStore> Borrow(ObjectStore &store) {
	return std::shared_ptr<ObjectStore>(std::shared_ptr<void>(), &store);
}

} // namespace

//! Thread-safe.
class StoreFileSystem : public duckdb::FileSystem {
public:
	StoreFileSystem() : local_files(duckdb::FileSystem::CreateLocal()) {
	}

	std::string PathOf(const std::shared_ptr<ObjectStore> &store, bool is_borrowed, const std::string &path);
	std::shared_ptr<PendingFile> TakePending(const std::string &path);
	std::shared_ptr<PendingFile> FindPending(const std::string &path);

	std::string GetName() const override {
		return "MerganserStoreFileSystem";
	}
	bool CanHandleFile(const std::string &path) override {
		return duckdb::StringUtil::StartsWith(path, SCHEME);
	}
	bool CanSeek() override {
		return true;
	}
	bool OnDiskFile(duckdb::FileHandle &handle) override;
	duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string &path, duckdb::FileOpenFlags flags,
	                                                duckdb::optional_ptr<duckdb::FileOpener> opener) override;
	void Read(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes, idx_t location) override;
	int64_t Read(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes) override;
	int64_t Write(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes) override;
	int64_t GetFileSize(duckdb::FileHandle &handle) override;
	duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle &handle) override;
	std::string GetVersionTag(duckdb::FileHandle &) override {
		return std::string();
	}
	duckdb::FileType GetFileType(duckdb::FileHandle &) override {
		return duckdb::FileType::FILE_TYPE_REGULAR;
	}
	void Seek(duckdb::FileHandle &handle, idx_t location) override {
		handle.Cast<StoreReadHandle>().position = location;
	}
	idx_t SeekPosition(duckdb::FileHandle &handle) override {
		return handle.Cast<StoreReadHandle>().position;
	}
	void FileSync(duckdb::FileHandle &) override {
		// Durable when it is finished.
	}
	bool FileExists(const std::string &path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;

protected:
	bool SupportsOpenFileExtended() const override {
		return true;
	}
	duckdb::unique_ptr<duckdb::FileHandle> OpenFileExtended(const duckdb::OpenFileInfo &info,
	                                                        duckdb::FileOpenFlags flags,
	                                                        duckdb::optional_ptr<duckdb::FileOpener> opener) override;

private:
	struct Target {
		std::shared_ptr<ObjectStore> store;
		std::string path;
	};
	Target Resolve(const std::string &path);
	KnownFile LookUp(const std::string &path, const Target &target, bool use_known);
	duckdb::unique_ptr<duckdb::FileHandle> OpenForRead(const duckdb::OpenFileInfo &info, duckdb::FileOpenFlags flags);
	duckdb::unique_ptr<duckdb::FileHandle> OpenForWrite(const std::string &path, duckdb::FileOpenFlags flags);

	duckdb::unique_ptr<duckdb::FileSystem> local_files;
	std::mutex lock;
	std::map<uint64_t, StoreEntry> stores;
	uint64_t next_id = 1;
	std::map<std::string, std::shared_ptr<PendingFile>> pending_files;
	std::unordered_map<std::string, KnownFile> known_files;
};

std::string StoreFileSystem::PathOf(const std::shared_ptr<ObjectStore> &store, bool is_borrowed,
                                    const std::string &path) {
	std::lock_guard<std::mutex> guard(lock);
	uint64_t id = 0;
	for (auto &entry : stores) {
		if (entry.second.store != store.get() || entry.second.is_borrowed != is_borrowed) {
			continue;
		}
		// An address may be used again by another store.
		if (is_borrowed || entry.second.shared.lock() == store) {
			id = entry.first;
		}
	}
	if (id == 0) {
		std::erase_if(stores,
		              [](const auto &entry) { return !entry.second.is_borrowed && entry.second.shared.expired(); });
		id = next_id++;
		StoreEntry entry;
		entry.store = store.get();
		entry.is_borrowed = is_borrowed;
		if (!is_borrowed) {
			entry.shared = store;
		}
		stores.emplace(id, std::move(entry));
	}
	return SCHEME + std::to_string(id) + "/" + path;
}

StoreFileSystem::Target StoreFileSystem::Resolve(const std::string &path) {
	const size_t id_start = std::strlen(SCHEME);
	const size_t id_end = path.find('/', id_start);
	Verify(id_end != std::string::npos && id_end > id_start, "a store path names its store");
	const uint64_t id = std::strtoull(path.c_str() + id_start, nullptr, 10);
	std::lock_guard<std::mutex> guard(lock);
	const auto found = stores.find(id);
	Target target;
	if (found != stores.end()) {
		target.store = found->second.is_borrowed ? Borrow(*found->second.store) : found->second.shared.lock();
	}
	if (!target.store) {
		throw Error(ErrorKind::IO, "the store of \"" + path + "\" is no longer attached");
	}
	target.path = path.substr(id_end + 1);
	return target;
}

std::shared_ptr<PendingFile> StoreFileSystem::FindPending(const std::string &path) {
	std::lock_guard<std::mutex> guard(lock);
	const auto found = pending_files.find(path);
	return found == pending_files.end() ? nullptr : found->second;
}

std::shared_ptr<PendingFile> StoreFileSystem::TakePending(const std::string &path) {
	std::lock_guard<std::mutex> guard(lock);
	const auto found = pending_files.find(path);
	if (found == pending_files.end()) {
		return nullptr;
	}
	auto pending = found->second;
	pending_files.erase(found);
	return pending;
}

KnownFile StoreFileSystem::LookUp(const std::string &path, const Target &target, bool use_known) {
	if (use_known) {
		std::lock_guard<std::mutex> guard(lock);
		const auto found = known_files.find(path);
		if (found != known_files.end()) {
			return found->second;
		}
	}
	const auto info = target.store->Head(target.path);
	if (!info) {
		throw Error(ErrorKind::IO, "the file \"" + target.path + "\" does not exist");
	}
	KnownFile known {info->size_bytes, info->modified_ms};
	if (use_known) {
		std::lock_guard<std::mutex> guard(lock);
		if (known_files.size() >= KNOWN_FILES_MAX) {
			known_files.clear();
		}
		known_files.emplace(path, known);
	}
	return known;
}

duckdb::unique_ptr<duckdb::FileHandle> StoreFileSystem::OpenForRead(const duckdb::OpenFileInfo &info,
                                                                    duckdb::FileOpenFlags flags) {
	const auto target = Resolve(info.path);
	auto handle = duckdb::make_uniq<StoreReadHandle>(*this, info.path, flags);
	handle->store = target.store;
	handle->store_path = target.path;
	bool size_is_known = false;
	if (info.extended_info) {
		const auto &options = info.extended_info->options;
		handle->is_read_once = options.count(READ_ONCE_OPTION) > 0;
		const auto size = options.find("file_size");
		if (size != options.end() && !size->second.IsNull()) {
			handle->known.size_bytes = size->second.GetValue<uint64_t>();
			handle->known.modified_ms = 1;
			size_is_known = true;
		}
	}
	if (!size_is_known) {
		handle->known = LookUp(info.path, target, !handle->is_read_once);
	}
	const auto local_path = target.store->LocalPath(target.path);
	if (local_path) {
		handle->local = local_files->OpenFile(*local_path, duckdb::FileFlags::FILE_FLAGS_READ);
		// The log of another writer may be wrong about it.
		handle->known.size_bytes = uint64_t(handle->local->GetFileSize());
	}
	return handle;
}

duckdb::unique_ptr<duckdb::FileHandle> StoreFileSystem::OpenForWrite(const std::string &path,
                                                                     duckdb::FileOpenFlags flags) {
	const auto target = Resolve(path);
	auto pending = std::make_shared<PendingFile>();
	pending->writer = target.store->OpenWriter(target.path);
	auto handle = duckdb::make_uniq<StoreWriteHandle>(*this, path, flags);
	handle->pending = pending;
	std::lock_guard<std::mutex> guard(lock);
	Verify(pending_files.emplace(path, pending).second, "a new file is opened for writing once");
	return handle;
}

duckdb::unique_ptr<duckdb::FileHandle> StoreFileSystem::OpenFileExtended(const duckdb::OpenFileInfo &info,
                                                                         duckdb::FileOpenFlags flags,
                                                                         duckdb::optional_ptr<duckdb::FileOpener>) {
	return AtBorder([&] { return flags.OpenForWriting() ? OpenForWrite(info.path, flags) : OpenForRead(info, flags); });
}

duckdb::unique_ptr<duckdb::FileHandle> StoreFileSystem::OpenFile(const std::string &path, duckdb::FileOpenFlags flags,
                                                                 duckdb::optional_ptr<duckdb::FileOpener> opener) {
	return OpenFileExtended(duckdb::OpenFileInfo(path), flags, opener);
}

bool StoreFileSystem::OnDiskFile(duckdb::FileHandle &handle) {
	const auto read = dynamic_cast<StoreReadHandle *>(&handle);
	return read && read->local;
}

void StoreFileSystem::Read(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes, idx_t location) {
	auto &read = handle.Cast<StoreReadHandle>();
	if (read.local) {
		read.local->Read(buffer, static_cast<idx_t>(nr_bytes), location);
		return;
	}
	AtBorder([&] {
		const auto bytes = read.store->GetRange(read.store_path, location, static_cast<uint64_t>(nr_bytes));
		if (bytes.size() != static_cast<uint64_t>(nr_bytes)) {
			throw Error(ErrorKind::CORRUPT, "the file \"" + read.store_path + "\" ends before byte " +
			                                    std::to_string(location + static_cast<uint64_t>(nr_bytes)));
		}
		std::memcpy(buffer, bytes.data(), bytes.size());
	});
}

int64_t StoreFileSystem::Read(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes) {
	auto &read = handle.Cast<StoreReadHandle>();
	const uint64_t left = read.known.size_bytes - std::min(read.position, read.known.size_bytes);
	const auto count = std::min<uint64_t>(left, static_cast<uint64_t>(nr_bytes));
	if (count > 0) {
		Read(handle, buffer, static_cast<int64_t>(count), read.position);
	}
	read.position += count;
	return static_cast<int64_t>(count);
}

int64_t StoreFileSystem::Write(duckdb::FileHandle &handle, void *buffer, int64_t nr_bytes) {
	auto &pending = *handle.Cast<StoreWriteHandle>().pending;
	const std::string_view bytes(static_cast<const char *>(buffer), static_cast<size_t>(nr_bytes));
	if (pending.held) {
		pending.held->append(bytes);
	} else {
		AtBorder([&] { pending.Append(bytes); });
	}
	return nr_bytes;
}

int64_t StoreFileSystem::GetFileSize(duckdb::FileHandle &handle) {
	if (const auto write = dynamic_cast<StoreWriteHandle *>(&handle)) {
		return static_cast<int64_t>(write->pending->size_bytes);
	}
	return static_cast<int64_t>(handle.Cast<StoreReadHandle>().known.size_bytes);
}

duckdb::timestamp_t StoreFileSystem::GetLastModifiedTime(duckdb::FileHandle &handle) {
	const auto read = dynamic_cast<StoreReadHandle *>(&handle);
	// No tag and no time, while both are asked for: that is what keeps DuckDB from caching the bytes.
	if (!read || read->is_read_once) {
		return duckdb::timestamp_t(0);
	}
	return duckdb::timestamp_t(read->known.modified_ms * 1000);
}

bool StoreFileSystem::FileExists(const std::string &path, duckdb::optional_ptr<duckdb::FileOpener>) {
	return AtBorder([&] {
		const auto target = Resolve(path);
		return target.store->Head(target.path).has_value();
	});
}

namespace {

//! Finds the file system again: it belongs to the instance, as this does.
class StoreFileSystemEntry : public duckdb::ObjectCacheEntry {
public:
	explicit StoreFileSystemEntry(duckdb::DatabaseInstance &db) {
		auto created = duckdb::make_uniq<StoreFileSystem>();
		file_system = created.get();
		db.GetFileSystem().RegisterSubSystem(std::move(created));
	}
	static std::string ObjectType() {
		return "merganser_store_file_system";
	}
	std::string GetObjectType() override {
		return ObjectType();
	}
	duckdb::optional_idx GetEstimatedCacheMemory() const override {
		return duckdb::optional_idx();
	}

	StoreFileSystem *file_system;
};

} // namespace

StoreFileSystem &GetStoreFileSystem(duckdb::DatabaseInstance &db) {
	return *db.GetObjectCache().GetOrCreate<StoreFileSystemEntry>(StoreFileSystemEntry::ObjectType(), db)->file_system;
}

std::string ReadPath(duckdb::DatabaseInstance &db, const std::shared_ptr<ObjectStore> &store, const std::string &path) {
	const auto local_path = store->LocalPath(path);
	return local_path ? *local_path : GetStoreFileSystem(db).PathOf(store, false, path);
}

duckdb::OpenFileInfo ReadOnceFile(duckdb::DatabaseInstance &db, ObjectStore &store, const std::string &path) {
	duckdb::OpenFileInfo info(GetStoreFileSystem(db).PathOf(Borrow(store), true, path));
	info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
	info.extended_info->options[READ_ONCE_OPTION] = duckdb::Value::BOOLEAN(true);
	info.extended_info->options["validate_external_file_cache"] = duckdb::Value::BOOLEAN(true);
	return info;
}

std::string WritePath(duckdb::DatabaseInstance &db, const std::shared_ptr<ObjectStore> &store,
                      const std::string &path) {
	return GetStoreFileSystem(db).PathOf(store, false, path);
}

std::string WritePath(duckdb::DatabaseInstance &db, ObjectStore &store, const std::string &path) {
	return GetStoreFileSystem(db).PathOf(Borrow(store), true, path);
}

void HoldWrittenBytes(duckdb::DatabaseInstance &db, const std::string &write_path) {
	const auto pending = GetStoreFileSystem(db).FindPending(write_path);
	Verify(pending && !pending->is_closed && !pending->held, "bytes are held back once, while the file is written");
	pending->held.emplace();
}

void ReplaceHeldBytes(duckdb::DatabaseInstance &db, const std::string &write_path,
                      const std::function<std::string(std::string_view)> &replace) {
	const auto pending = GetStoreFileSystem(db).FindPending(write_path);
	Verify(pending && pending->is_closed && pending->held, "held bytes are replaced once, after the file was closed");
	pending->Append(replace(*pending->held));
	pending->held.reset();
}

PutOutcome TryFinishWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path, uint64_t &size_bytes) {
	const auto pending = GetStoreFileSystem(db).TakePending(write_path);
	Verify(pending != nullptr && pending->is_closed && !pending->held, "a file is finished once, after it was closed");
	size_bytes = pending->size_bytes;
	return pending->writer->FinishIfAbsent();
}

uint64_t FinishWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path) {
	uint64_t size_bytes = 0;
	switch (TryFinishWrittenFile(db, write_path, size_bytes)) {
	case PutOutcome::WRITTEN:
		return size_bytes;
	case PutOutcome::EXISTS:
		throw Error(ErrorKind::ALREADY_EXISTS, "a file \"" + write_path + "\" exists already");
	case PutOutcome::UNKNOWN:
		break;
	}
	throw Error(ErrorKind::IO,
	            "the store did not say whether it wrote \"" + write_path + "\"; run the statement again");
}

void AbortWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path) {
	try {
		const auto pending = GetStoreFileSystem(db).TakePending(write_path);
		if (pending && pending->writer) {
			pending->writer->Abort();
		}
	} catch (const std::exception &) {
		// What an abort leaves behind is a temporary file that no listing shows, removed by VACUUM.
	}
}

} // namespace merganser
