#pragma once

#include "store/object_store.hpp"
#include "store/store_call.hpp"

#include <functional>

namespace merganser {

//! Calls a hook before every call to another store. The hook may wait, call the inner store, or throw.
class HookedStore : public ObjectStore {
public:
	using Hook = std::function<void(StoreCall call, const std::string &path)>;

	HookedStore(std::shared_ptr<ObjectStore> inner_p, Hook before_p)
	    : inner(std::move(inner_p)), before(std::move(before_p)) {
	}
	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override {
		before(StoreCall::LIST, folder);
		return inner->List(folder, depth, start_after);
	}
	std::optional<ObjectInfo> Head(const std::string &path) override {
		before(StoreCall::HEAD, path);
		return inner->Head(path);
	}
	std::optional<std::string> TryGet(const std::string &path) override {
		before(StoreCall::GET, path);
		return inner->TryGet(path);
	}
	std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) override {
		before(StoreCall::GET_RANGE, path);
		return inner->GetRange(path, offset, length);
	}
	void Put(const std::string &path, std::string_view bytes) override {
		before(StoreCall::PUT, path);
		inner->Put(path, bytes);
	}
	PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) override {
		before(StoreCall::PUT_IF_ABSENT, path);
		return inner->PutIfAbsent(path, bytes);
	}
	std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) override {
		before(StoreCall::OPEN_WRITER, path);
		return inner->OpenWriter(path);
	}
	void Delete(const std::string &path) override {
		before(StoreCall::DELETE, path);
		inner->Delete(path);
	}
	void CreateFolder(const std::string &folder) override {
		before(StoreCall::CREATE_FOLDER, folder);
		inner->CreateFolder(folder);
	}
	bool DeleteEmptyFolder(const std::string &folder) override {
		before(StoreCall::DELETE_EMPTY_FOLDER, folder);
		return inner->DeleteEmptyFolder(folder);
	}
	std::optional<std::string> FolderStamp(const std::string &folder) override {
		before(StoreCall::FOLDER_STAMP, folder);
		return inner->FolderStamp(folder);
	}
	std::string Name() const override {
		return inner->Name();
	}

private:
	const std::shared_ptr<ObjectStore> inner;
	const Hook before;
};

} // namespace merganser
