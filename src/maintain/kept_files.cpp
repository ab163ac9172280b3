#include "maintain/kept_files.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/uri.hpp"
#include "log/file_key.hpp"
#include "protocol/deletion_vector.hpp"

#include <algorithm>

namespace merganser {

namespace {

using Segments = std::vector<std::string_view>;

//! '.', '..' and empty segments resolved.
Segments SplitPath(std::string_view path) {
	Segments segments;
	while (!path.empty()) {
		const size_t slash = path.find('/');
		const auto segment = path.substr(0, slash);
		path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
		if (segment == ".." && !segments.empty()) {
			segments.pop_back();
		} else if (!segment.empty() && segment != "." && segment != "..") {
			segments.push_back(segment);
		}
	}
	return segments;
}

std::string JoinFrom(const Segments &segments, size_t first) {
	std::string path;
	for (size_t i = first; i < segments.size(); i++) {
		path += path.empty() ? "" : "/";
		path += segments[i];
	}
	return path;
}

//! As nearly every path of a log is: relative, nothing to resolve.
bool IsPlain(std::string_view path) {
	return path.front() != '/' && path.find("./") == std::string_view::npos && !path.ends_with("/.") &&
	       !path.ends_with("/..") && path.find("//") == std::string_view::npos;
}

} // namespace

void KeptFiles::KeepLive(const Snapshot &snapshot) {
	added.reserve(added.size() + snapshot.files.LiveCount());
	snapshot.files.ForEachLive([&](FileRef file) {
		const auto &batch = snapshot.files.BatchOf(file);
		KeepPath(batch.Path(file.row));
		KeepVector(batch.DeletionVector(file.row));
	});
}

template <class FILE_ACTION>
void KeptFiles::KeepFile(const FILE_ACTION &file) {
	KeepPath(file.path);
	KeepVector(file.deletion_vector ? &*file.deletion_vector : nullptr);
}

void KeptFiles::Keep(const Action &action) {
	if (auto add = std::get_if<AddFile>(&action)) {
		KeepFile(*add);
	} else if (auto removed = std::get_if<RemoveFile>(&action)) {
		KeepFile(*removed);
	} else if (auto change = std::get_if<AddCdcFile>(&action)) {
		KeepPath(change->path);
	}
}

void KeptFiles::KeepTombstone(const RemoveFile &removed, int64_t cutoff_ms) {
	if (!removed.deletion_timestamp || *removed.deletion_timestamp >= cutoff_ms) {
		KeepFile(removed);
	}
}

void KeptFiles::KeepAll(const KeptFiles &others) {
	added.insert(added.end(), others.hashes.begin(), others.hashes.end());
	added.insert(added.end(), others.added.begin(), others.added.end());
}

void KeptFiles::KeepVector(const DeletionVectorDescriptor *vector) {
	if (vector && vector->storage_type != 'i') {
		KeepPath(DeletionVectorFile(*vector));
	}
}

void KeptFiles::KeepPath(std::string_view log_path) {
	if (log_path.empty()) {
		return;
	}
	// Some writers do not encode what they log, and none can be asked.
	KeepText(log_path);
	if (log_path.find('%') == std::string_view::npos) {
		return;
	}
	try {
		KeepText(PercentDecode(log_path));
	} catch (const Error &error) {
		// No URI: it can only mean the file of just this name.
		if (error.kind != ErrorKind::CORRUPT) {
			throw;
		}
	}
}

void KeptFiles::KeepText(std::string_view path) {
	if (IsPlain(path) && !IsAbsolutePath(path)) {
		added.push_back(Hash64(path));
		return;
	}
	// The folder may have other names (links, mounts, endpoints), and '..' may lead out of it and in again: any end of
	// the path may be one of its files.
	const auto segments = SplitPath(CanonicalPath(path));
	for (size_t first = 0; first < segments.size(); first++) {
		added.push_back(Hash64(JoinFrom(segments, first)));
	}
}

bool KeptFiles::Contains(std::string_view relative_path) {
	if (!added.empty()) {
		const auto old_count = ptrdiff_t(hashes.size());
		std::sort(added.begin(), added.end());
		hashes.insert(hashes.end(), added.begin(), added.end());
		std::inplace_merge(hashes.begin(), hashes.begin() + old_count, hashes.end());
		hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
		added = std::vector<uint64_t>();
	}
	return std::binary_search(hashes.begin(), hashes.end(), Hash64(relative_path));
}

uint64_t KeptFiles::MemoryBytes() const {
	return (hashes.capacity() + added.capacity()) * sizeof(uint64_t);
}

} // namespace merganser
