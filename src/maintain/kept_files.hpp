#pragma once

#include "log/snapshot.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! The files below a table's folder that must stay, as hashes of their relative paths: eight bytes for a file. Two
//! paths of one hash keep a file that might go. Not thread-safe.
class KeptFiles {
public:
	//! Every live file with its deletion vector. Throws CORRUPT for a deletion vector whose file cannot be named: then
	//! nothing of the table may be deleted.
	void KeepLive(const Snapshot &snapshot);
	//! The files that an action names: `add`, `remove`, `cdc` and their deletion vectors; none of other actions. Throws
	//! as above.
	void Keep(const Action &action);
	//! `removed` where a version from `cutoff_ms` on may have held it. A tombstone without a time is kept: nobody knows
	//! when it was written.
	void KeepTombstone(const RemoveFile &removed, int64_t cutoff_ms);
	//! What another keeps: of the same table, or of one that names its files by their whole paths.
	void KeepAll(const KeptFiles &others);

	//! `relative_path`: plain, as a listing gives it, without the root.
	bool Contains(std::string_view relative_path);
	uint64_t MemoryBytes() const;

private:
	void KeepPath(std::string_view log_path);
	void KeepText(std::string_view path);
	void KeepVector(const DeletionVectorDescriptor *vector);
	template <class FILE_ACTION>
	void KeepFile(const FILE_ACTION &file);

	//! Sorted; `added` is merged into it when it is asked for.
	std::vector<uint64_t> hashes;
	std::vector<uint64_t> added;
};

} // namespace merganser
