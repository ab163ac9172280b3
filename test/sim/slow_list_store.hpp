#pragma once

#include "base/random.hpp"
#include "hooked_store.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! Lists as folders of a disk and lists of several pages are read: what comes or goes while the list is made may be in
//! it or not, each object by itself, so that a later one may be in it without an earlier one.
class SlowListStore : public HookedStore {
public:
	SlowListStore(std::shared_ptr<ObjectStore> inner_p, Hook before_p, uint64_t seed)
	    : HookedStore(std::move(inner_p), std::move(before_p)), random(seed) {
	}
	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override {
		auto begin = HookedStore::List(folder, depth, start_after);
		auto end = HookedStore::List(folder, depth, start_after);
		std::map<std::string, ObjectInfo> changed;
		std::vector<ObjectInfo> listed;
		for (auto &object : begin) {
			changed.emplace(object.path, object);
		}
		for (auto &object : end) {
			if (changed.erase(object.path) > 0 || random.Below(2) == 0) {
				listed.push_back(object);
			}
		}
		for (auto &[path, object] : changed) {
			if (random.Below(2) == 0) {
				listed.push_back(object);
			}
		}
		std::sort(listed.begin(), listed.end(),
		          [](const ObjectInfo &left, const ObjectInfo &right) { return left.path < right.path; });
		return listed;
	}

private:
	SeededRandom random;
};

} // namespace merganser
