#include "store/counting_store.hpp"

namespace merganser {

//! Lives no longer than the store that opened it.
class CountingObjectWriter : public ObjectWriter {
public:
	CountingObjectWriter(CountingStore &store_p, std::unique_ptr<ObjectWriter> inner_p)
	    : store(store_p), inner(std::move(inner_p)) {
	}
	void Append(std::string_view bytes) override {
		store.counters.bytes_written += bytes.size();
		inner->Append(bytes);
	}
	PutOutcome FinishIfAbsent() override {
		store.Count(StoreCall::FINISH);
		return inner->FinishIfAbsent();
	}
	void Abort() override {
		inner->Abort();
	}

private:
	CountingStore &store;
	std::unique_ptr<ObjectWriter> inner;
};

uint64_t StoreCounts::Total() const {
	uint64_t total = 0;
	for (const auto count : calls) {
		total += count;
	}
	return total;
}

std::string StoreCounts::ToString() const {
	std::string text;
	for (size_t kind = 0; kind < STORE_CALL_KINDS; ++kind) {
		if (calls[kind] > 0) {
			text += text.empty() ? "" : " ";
			text += NameOf(static_cast<StoreCall>(kind));
			text += "=" + std::to_string(calls[kind]);
		}
	}
	return text;
}

CountingStore::CountingStore(std::shared_ptr<ObjectStore> inner_p, bool pass_local_path_p)
    : inner(std::move(inner_p)), pass_local_path(pass_local_path_p) {
}

void CountingStore::Count(StoreCall call) {
	++counters.calls[static_cast<size_t>(call)];
}

std::vector<ObjectInfo> CountingStore::List(const std::string &folder, ListDepth depth,
                                            const std::string &start_after) {
	Count(StoreCall::LIST);
	auto found = inner->List(folder, depth, start_after);
	counters.entries_listed += found.size();
	return found;
}

void CountingStore::Walk(const std::string &folder, const std::function<bool(const std::string &)> &enter,
                         const std::function<void(const ObjectInfo &)> &visit) {
	Count(StoreCall::LIST);
	inner->Walk(folder, enter, [&](const ObjectInfo &object) {
		counters.entries_listed++;
		visit(object);
	});
}

std::optional<ObjectInfo> CountingStore::Head(const std::string &path) {
	Count(StoreCall::HEAD);
	return inner->Head(path);
}

std::optional<std::string> CountingStore::TryGet(const std::string &path) {
	Count(StoreCall::GET);
	auto bytes = inner->TryGet(path);
	counters.bytes_read += bytes ? bytes->size() : 0;
	return bytes;
}

std::string CountingStore::GetRange(const std::string &path, uint64_t offset, uint64_t length) {
	Count(StoreCall::GET_RANGE);
	auto bytes = inner->GetRange(path, offset, length);
	counters.bytes_read += bytes.size();
	return bytes;
}

void CountingStore::Put(const std::string &path, std::string_view bytes) {
	Count(StoreCall::PUT);
	counters.bytes_written += bytes.size();
	inner->Put(path, bytes);
}

PutOutcome CountingStore::PutIfAbsent(const std::string &path, std::string_view bytes) {
	Count(StoreCall::PUT_IF_ABSENT);
	counters.bytes_written += bytes.size();
	return inner->PutIfAbsent(path, bytes);
}

std::unique_ptr<ObjectWriter> CountingStore::OpenWriter(const std::string &path) {
	Count(StoreCall::OPEN_WRITER);
	return std::make_unique<CountingObjectWriter>(*this, inner->OpenWriter(path));
}

void CountingStore::Delete(const std::string &path) {
	Count(StoreCall::DELETE);
	inner->Delete(path);
}

void CountingStore::CreateFolder(const std::string &folder) {
	Count(StoreCall::CREATE_FOLDER);
	inner->CreateFolder(folder);
}

bool CountingStore::DeleteEmptyFolder(const std::string &folder) {
	Count(StoreCall::DELETE_EMPTY_FOLDER);
	return inner->DeleteEmptyFolder(folder);
}

uint64_t CountingStore::DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) {
	Count(StoreCall::DELETE_LEFTOVERS);
	return inner->DeleteLeftovers(folder, modified_before_ms);
}

std::optional<std::string> CountingStore::FolderStamp(const std::string &folder) {
	Count(StoreCall::FOLDER_STAMP);
	return inner->FolderStamp(folder);
}

bool CountingStore::FolderExists(const std::string &folder) {
	Count(StoreCall::HEAD);
	return inner->FolderExists(folder);
}

std::unique_ptr<StoreLock> CountingStore::LockFolder(const std::string &folder, LockMode mode) {
	Count(StoreCall::LOCK_FOLDER);
	return inner->LockFolder(folder, mode);
}

std::optional<std::unique_ptr<StoreLock>> CountingStore::TryLockFolder(const std::string &folder, LockMode mode) {
	Count(StoreCall::LOCK_FOLDER);
	return inner->TryLockFolder(folder, mode);
}

std::optional<std::string> CountingStore::LocalPath(const std::string &path) {
	return pass_local_path ? inner->LocalPath(path) : std::nullopt;
}

std::string CountingStore::Name() const {
	return inner->Name();
}

StoreCounts CountingStore::Counts() const {
	StoreCounts counts;
	for (size_t kind = 0; kind < STORE_CALL_KINDS; ++kind) {
		counts.calls[kind] = counters.calls[kind].load();
	}
	counts.bytes_read = counters.bytes_read.load();
	counts.bytes_written = counters.bytes_written.load();
	counts.entries_listed = counters.entries_listed.load();
	return counts;
}

void CountingStore::Reset() {
	for (auto &count : counters.calls) {
		count = 0;
	}
	counters.bytes_read = 0;
	counters.bytes_written = 0;
	counters.entries_listed = 0;
}

} // namespace merganser
