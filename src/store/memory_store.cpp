#include "store/memory_store.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! The path below which everything of the folder is.
std::string PrefixOf(const std::string &folder) {
	return !folder.empty() && folder.back() == '/' ? folder : folder + "/";
}

class MemoryObjectWriter : public ObjectWriter {
public:
	MemoryObjectWriter(MemoryStore &store_p, const std::string &path_p) : store(store_p), path(path_p) {
	}
	void Append(std::string_view bytes) override {
		Verify(is_open, "append to an object writer that has ended");
		buffer += bytes;
	}
	PutOutcome FinishIfAbsent() override {
		Verify(is_open, "finish of an object writer that has ended");
		is_open = false;
		return store.PutIfAbsent(path, buffer);
	}
	void Abort() override {
		is_open = false;
		buffer.clear();
	}

private:
	MemoryStore &store;
	const std::string path;
	std::string buffer;
	bool is_open = true;
};

} // namespace

std::vector<ObjectInfo> MemoryStore::List(const std::string &folder, ListDepth depth, const std::string &start_after) {
	const std::string prefix = PrefixOf(folder);
	std::vector<ObjectInfo> found;
	std::lock_guard<std::mutex> guard(lock);
	auto at = objects.lower_bound(prefix);
	while (at != objects.end() && at->first.starts_with(prefix)) {
		const size_t slash = at->first.find('/', prefix.size());
		ObjectInfo info;
		if (depth == ListDepth::SHALLOW && slash != std::string::npos) {
			info.path = at->first.substr(0, slash);
			info.is_folder = true;
			// Jump over everything below this sub-folder: '0' is the byte after '/'.
			at = objects.lower_bound(info.path + "0");
		} else {
			info.path = at->first;
			info.size_bytes = at->second.bytes->size();
			info.modified_ms = at->second.modified_ms;
			++at;
		}
		if (info.path > start_after) {
			found.push_back(std::move(info));
		}
	}
	// A sub-folder "a" comes before "a-b", though what is in it comes after.
	std::sort(found.begin(), found.end(),
	          [](const ObjectInfo &left, const ObjectInfo &right) { return left.path < right.path; });
	return found;
}

std::optional<ObjectInfo> MemoryStore::Head(const std::string &path) {
	std::lock_guard<std::mutex> guard(lock);
	const auto object = objects.find(path);
	if (object == objects.end()) {
		return std::nullopt;
	}
	ObjectInfo info;
	info.path = path;
	info.size_bytes = object->second.bytes->size();
	info.modified_ms = object->second.modified_ms;
	return info;
}

std::shared_ptr<const std::string> MemoryStore::Find(const std::string &path) const {
	std::lock_guard<std::mutex> guard(lock);
	const auto object = objects.find(path);
	return object == objects.end() ? nullptr : object->second.bytes;
}

std::optional<std::string> MemoryStore::TryGet(const std::string &path) {
	const auto bytes = Find(path);
	return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

std::string MemoryStore::GetRange(const std::string &path, uint64_t offset, uint64_t length) {
	const auto bytes = Find(path);
	if (!bytes) {
		throw Error(ErrorKind::NOT_FOUND, "no such object: " + path);
	}
	return offset >= bytes->size() ? std::string() : bytes->substr(offset, length);
}

void MemoryStore::Store(const std::string &path, std::string_view bytes) {
	objects[path] = Object {std::make_shared<const std::string>(bytes), clock.NowMs()};
	CountChange(path);
}

void MemoryStore::CountChange(const std::string &path) {
	// The parent loses an entry when its last object goes, so every folder above may have changed.
	for (auto folder = ParentOf(path); !folder.empty(); folder = ParentOf(folder)) {
		++change_counts[std::string(folder)];
	}
}

void MemoryStore::Put(const std::string &path, std::string_view bytes) {
	std::lock_guard<std::mutex> guard(lock);
	Store(path, bytes);
}

PutOutcome MemoryStore::PutIfAbsent(const std::string &path, std::string_view bytes) {
	std::lock_guard<std::mutex> guard(lock);
	if (objects.count(path) > 0) {
		return PutOutcome::EXISTS;
	}
	Store(path, bytes);
	return PutOutcome::WRITTEN;
}

std::unique_ptr<ObjectWriter> MemoryStore::OpenWriter(const std::string &path) {
	return std::make_unique<MemoryObjectWriter>(*this, path);
}

void MemoryStore::Delete(const std::string &path) {
	std::lock_guard<std::mutex> guard(lock);
	if (objects.erase(path) > 0) {
		CountChange(path);
	}
}

void MemoryStore::CreateFolder(const std::string &) {
}

bool MemoryStore::DeleteEmptyFolder(const std::string &folder) {
	const std::string prefix = PrefixOf(folder);
	std::lock_guard<std::mutex> guard(lock);
	const auto first = objects.lower_bound(prefix);
	return first == objects.end() || !first->first.starts_with(prefix);
}

std::optional<std::string> MemoryStore::FolderStamp(const std::string &folder) {
	std::lock_guard<std::mutex> guard(lock);
	if (!has_folder_stamps) {
		return std::nullopt;
	}
	const auto plain = folder.substr(0, folder.find_last_not_of('/') + 1);
	const auto count = change_counts.find(plain);
	return std::to_string(count == change_counts.end() ? 0 : count->second);
}

std::string MemoryStore::Name() const {
	return "memory";
}

void MemoryStore::EnableFolderStamps(bool enabled) {
	std::lock_guard<std::mutex> guard(lock);
	has_folder_stamps = enabled;
}

std::map<std::string, std::string> MemoryStore::Contents() const {
	std::lock_guard<std::mutex> guard(lock);
	std::map<std::string, std::string> copy;
	for (const auto &[path, object] : objects) {
		copy[path] = *object.bytes;
	}
	return copy;
}

} // namespace merganser
