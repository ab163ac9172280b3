#include "txn/overwrite.hpp"

#include "txn/row_ids.hpp"

#include <utility>

namespace merganser {

RemoveFile RemovalOf(AddFile added, int64_t now_ms) {
	RemoveFile removed;
	removed.path = std::move(added.path);
	removed.deletion_timestamp = now_ms;
	removed.data_change = true;
	removed.extended_file_metadata = true;
	removed.partition_values = std::move(added.partition_values);
	removed.size = added.size;
	removed.tags = std::move(added.tags);
	removed.deletion_vector = std::move(added.deletion_vector);
	removed.base_row_id = added.base_row_id;
	removed.default_row_commit_version = added.default_row_commit_version;
	return removed;
}

void RemoveAllFiles(const Snapshot &snapshot, int64_t now_ms, TableChange &change) {
	change.removed_files.reserve(change.removed_files.size() + snapshot.files.LiveCount());
	snapshot.files.ForEachLive([&](FileRef file) {
		change.removed_files.push_back(RemovalOf(snapshot.files.BatchOf(file).ToAddFile(file.row), now_ms));
	});
}

void RemoveAllDomains(const Snapshot &snapshot, TableChange &change) {
	for (auto &[name, domain] : snapshot.domains) {
		// The new table's row ids lie above those of the old one.
		if (IsRowTracking(domain)) {
			continue;
		}
		change.domains.push_back(DomainMetadata {name, domain.configuration, true});
	}
}

} // namespace merganser
