#include "log/file_key.hpp"

#include "base/hash.hpp"

#include <bit>

namespace merganser {

namespace {

constexpr uint64_t FILTER_BITS_PER_KEY = 16;
constexpr uint64_t FILTER_BITS_MAX = 1ull << 30;

//! The path and the id cannot run into each other: neither holds a NUL byte.
std::string KeyOf(std::string_view path, const DeletionVectorDescriptor *deletion_vector) {
	std::string key(CanonicalPath(path));
	if (deletion_vector) {
		key += '\0';
		key += deletion_vector->UniqueId();
	}
	return key;
}

} // namespace

std::string_view CanonicalPath(std::string_view path) {
	if (path.empty() || (path.front() != '/' && path.front() != 'f' && path.front() != 'F')) {
		return path;
	}
	constexpr std::string_view SCHEME = "file:";
	constexpr std::string_view LOCAL_HOST = "//localhost/";
	auto rest = path;
	if (path.front() != '/') {
		for (size_t i = 0; i < SCHEME.size(); i++) {
			if (i >= path.size() || (path[i] | 0x20) != (SCHEME[i] | 0x20)) {
				return path;
			}
		}
		rest.remove_prefix(SCHEME.size());
		if (rest.empty() || rest.front() != '/') {
			return path;
		}
		if (rest.starts_with(LOCAL_HOST)) {
			rest.remove_prefix(LOCAL_HOST.size() - 1);
		} else if (rest.size() > 2 && rest[1] == '/' && rest[2] != '/') {
			// Another machine.
			return path;
		}
	}
	const auto name = rest.find_first_not_of('/');
	return name == std::string_view::npos ? rest.substr(0, 1) : rest.substr(name - 1);
}

uint32_t PathHash(std::string_view path) {
	return static_cast<uint32_t>(Hash64(CanonicalPath(path)));
}

bool FileKeySet::Insert(std::string_view path, const DeletionVectorDescriptor *deletion_vector) {
	if (!keys.insert(KeyOf(path, deletion_vector)).second) {
		return false;
	}
	const uint32_t hash = PathHash(path);
	hashes.push_back(hash);
	const uint64_t bits = std::bit_ceil(hashes.size() * FILTER_BITS_PER_KEY);
	if (bits > filter.size() * 64 && bits <= FILTER_BITS_MAX) {
		filter.assign(bits / 64, 0);
		filter_mask = static_cast<uint32_t>(bits - 1);
		for (auto earlier : hashes) {
			AddToFilter(earlier);
		}
	}
	AddToFilter(hash);
	return true;
}

bool FileKeySet::Contains(std::string_view path, const DeletionVectorDescriptor *deletion_vector) const {
	return MayContain(PathHash(path)) && keys.count(KeyOf(path, deletion_vector)) > 0;
}

void FileKeySet::AddToFilter(uint32_t path_hash) {
	const uint32_t bit = path_hash & filter_mask;
	filter[bit >> 6] |= uint64_t(1) << (bit & 63);
}

} // namespace merganser
