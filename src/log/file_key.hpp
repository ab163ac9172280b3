#pragma once

#include "protocol/actions.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace merganser {

//! Two paths in a log name the same file when their canonical forms are equal: `file:/a`, `file:///a`,
//! `file://localhost/a` and `/a` are one. Nothing else is changed; escapes are compared as they stand, as other readers
//! do. Returns the end of `path`.
std::string_view CanonicalPath(std::string_view path);

//! Hash of the canonical form.
uint32_t PathHash(std::string_view path);

//! The logical files that were seen while the log is replayed: keys are (path, deletionVector.uniqueId)
//! (PROTOCOL.md, "Action Reconciliation"). Not thread-safe; const methods may run in parallel.
class FileKeySet {
public:
	//! False when it was there already.
	bool Insert(std::string_view path, const DeletionVectorDescriptor *deletion_vector);
	//! Mostly as cheap as MayContain where it is not there.
	bool Contains(std::string_view path, const DeletionVectorDescriptor *deletion_vector) const;
	//! False: no key has a path of this hash. A few nanoseconds, so that a million rows are sieved by their hashes
	//! alone.
	bool MayContain(uint32_t path_hash) const {
		const uint32_t bit = path_hash & filter_mask;
		return filter[bit >> 6] >> (bit & 63) & 1;
	}
	size_t Size() const {
		return keys.size();
	}
	bool IsEmpty() const {
		return keys.empty();
	}

private:
	void AddToFilter(uint32_t path_hash);

	std::unordered_set<std::string> keys;
	std::vector<uint32_t> hashes;
	//! One bit for a range of hashes; at least 16 bits a key.
	std::vector<uint64_t> filter = std::vector<uint64_t>(64);
	uint32_t filter_mask = 64 * 64 - 1;
};

} // namespace merganser
