#include "log/table_location.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/file_key.hpp"
#include "log/log_file_name.hpp"

namespace merganser {

std::string TableLocation::LogFolder() const {
	return JoinPath(root, "_delta_log");
}

std::string TableLocation::CommitPath(int64_t version) const {
	return JoinPath(LogFolder(), VersionText(version) + ".json");
}

std::string TableLocation::ResolveFile(std::string_view log_path) const {
	if (log_path.empty()) {
		throw Error(ErrorKind::CORRUPT, "table " + name + ": the log names a file without a path");
	}
	if (!IsAbsolutePath(log_path)) {
		const auto decoded = PercentDecode(log_path);
		if (!StaysInside(decoded)) {
			throw Error(ErrorKind::CORRUPT, "table " + name + ": the path '" + std::string(log_path) +
			                                    "' in the log leads out of the table's folder");
		}
		return JoinPath(root, decoded);
	}
	const auto path = CanonicalPath(log_path);
	if (path.front() != '/' || store->Name() != "file") {
		throw Error(ErrorKind::UNSUPPORTED,
		            "table " + name + " names a file of another store: '" + std::string(log_path) +
		                "'. Merganser reads tables whose files are in the store that the table is in");
	}
	return PercentDecode(path);
}

} // namespace merganser
