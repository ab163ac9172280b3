#pragma once

#include "maintain/kept_files.hpp"
#include "store/object_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! What of a table's folder a VACUUM may look at.
struct VacuumScope {
	//! The table's folder, without trailing '/'.
	std::string root;
	//! Files that were modified from then on stay: a writer may be about to commit them.
	int64_t cutoff_ms = 0;
	//! Logical and physical names: a folder `<name>=…` holds data, whatever the name begins with.
	std::vector<std::string> partition_columns;
};
VacuumScope MakeVacuumScope(const Snapshot &snapshot, int64_t cutoff_ms);

//! The files of a walk through the table's folder that nobody needs. Holds about the length of its path for each file.
//! Not thread-safe.
class VacuumPlan {
public:
	VacuumPlan(VacuumScope scope_p, KeptFiles kept_p);

	//! For ObjectStore::Walk: may there be files in the folder that belong to this table?
	bool Enters(const std::string &folder);
	//! For ObjectStore::Walk: the next file that was found.
	void Take(const ObjectInfo &object);
	//! After the walk: takes out what turned out to belong to another table inside of the folder.
	void FinishWalk();
	//! A commit that came after the plan was made. Requires: FinishWalk.
	void Keep(const Action &action);
	//! What others were found to need since. Requires: FinishWalk.
	void Keep(const KeptFiles &others) {
		kept.KeepAll(others);
	}

	size_t Count() const {
		return files.size();
	}
	uint64_t Bytes() const;
	//! In the store.
	std::string PathOf(size_t file) const;
	std::string_view RelativePathOf(size_t file) const;
	uint64_t SizeOf(size_t file) const {
		return files[file].size_bytes;
	}
	int64_t ModifiedOf(size_t file) const {
		return files[file].modified_ms;
	}
	//! True for what a version within the retention may need.
	bool IsKept(std::string_view relative_path) {
		return kept.Contains(relative_path);
	}
	//! False once a commit named it.
	bool MayGo(size_t file) {
		return !kept.Contains(RelativePathOf(file));
	}

private:
	struct File {
		uint64_t path_begin;
		uint32_t path_length;
		uint64_t size_bytes;
		int64_t modified_ms;
	};
	std::string_view RelativeTo(const std::string &path) const;
	bool IsDataFolder(std::string_view relative_folder) const;

	const VacuumScope scope;
	KeptFiles kept;
	//! Relative paths, one behind the other.
	std::string paths;
	std::vector<File> files;
	//! Folders with a log of their own, relative.
	std::vector<std::string> other_tables;
};

} // namespace merganser
