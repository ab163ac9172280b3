#pragma once

#include "base/random.hpp"

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

namespace merganser {

//! An empty folder that goes away with everything in it.
class TemporaryFolder {
public:
	TemporaryFolder()
	    : path((std::filesystem::temp_directory_path() / ("merganser-" + Random::System().Uuid())).string()) {
		std::filesystem::create_directories(path);
	}
	~TemporaryFolder() {
		std::error_code ignored;
		std::filesystem::remove_all(path, ignored);
	}
	TemporaryFolder(const TemporaryFolder &) = delete;
	TemporaryFolder &operator=(const TemporaryFolder &) = delete;

	std::string operator/(const std::string &name) const {
		return path + "/" + name;
	}

	const std::string path;
};

//! Files and folders below the folder.
inline size_t EntryCount(const std::string &folder) {
	const std::filesystem::recursive_directory_iterator entries(folder);
	return size_t(std::distance(begin(entries), end(entries)));
}

} // namespace merganser
