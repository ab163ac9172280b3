#pragma once

#include "base/random.hpp"
#include "store/memory_store.hpp"

#include <string>

namespace merganser {

//! In memory, but with paths that lead to its files.
class DiskInMemory : public MemoryStore {
public:
	using MemoryStore::MemoryStore;
	std::string Name() const override {
		return "file";
	}
};

//! For PlanShallowClone: the same ones in every run.
inline std::string NextUuid() {
	static SeededRandom random {3};
	return random.Uuid();
}

} // namespace merganser
