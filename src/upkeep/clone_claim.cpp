#include "upkeep/clone_claim.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "protocol/deletion_vector.hpp"
#include "txn/restore.hpp"

#include <map>
#include <memory>
#include <set>

namespace merganser {

namespace {

//! The tables in whose folders files lie: the nearest folder above that has a log. Asks once for each folder.
class FileOwners {
public:
	explicit FileOwners(const TableLocation &source_p) : source(source_p), roots {source_p.root} {
	}

	void Add(const std::string &log_path) {
		const auto file = source.ResolveFile(log_path);
		if (!file.starts_with(source.root + "/")) {
			roots.insert(OwnerOf(std::string(ParentOf(file))));
			roots.erase(std::string());
		}
	}
	//! In the order in which whoever needs several locks takes them.
	const std::set<std::string> &Roots() const {
		return roots;
	}

private:
	//! Empty where no table is above: then nobody's VACUUM deletes there.
	const std::string &OwnerOf(const std::string &folder) {
		const auto known = owners.find(folder);
		if (known != owners.end()) {
			return known->second;
		}
		std::string owner;
		if (!folder.empty()) {
			const TableLocation table {source.store, folder, folder};
			owner = source.store->FolderExists(table.LogFolder()) ? folder : OwnerOf(std::string(ParentOf(folder)));
		}
		return owners[folder] = std::move(owner);
	}

	const TableLocation &source;
	std::set<std::string> roots;
	std::map<std::string, std::string> owners;
};

FileOwners OwnersOf(const CloneRequest &request) {
	FileOwners owners(request.source.location);
	for (const auto &file : request.change.added_files) {
		owners.Add(file.path);
		if (file.deletion_vector && file.deletion_vector->storage_type != 'i') {
			owners.Add(DeletionVectorFile(*file.deletion_vector));
		}
	}
	return owners;
}

//! Files of the newest version are safe from a VACUUM that began before; those of an older one may be gone.
void CheckFilesAreThere(const CloneRequest &request, LogContext context) {
	const auto newest = RefreshSnapshot(request.newest, context);
	if (newest->IsDropped() ||
	    newest->configuration->GetMetadata().id != request.newest->configuration->GetMetadata().id) {
		throw Error(ErrorKind::NOT_FOUND,
		            "table " + request.source.TableName() + ": another dropped or replaced it meanwhile");
	}
	if (newest->version != request.source.version) {
		CheckAddedFilesExist(request.source.location, request.change);
	}
}

} // namespace

std::vector<std::string> ClaimFiles(const CloneRequest &request, CommitEnvironment environment) {
	const auto &source = request.source.location;
	const auto owners = OwnersOf(request);
	std::vector<std::unique_ptr<StoreLock>> held;
	std::vector<std::string> markers;
	try {
		for (const auto &root : owners.Roots()) {
			environment.log.cancel.Check();
			held.push_back(source.store->LockFolder(root, LockMode::EXCLUSIVE));
			const TableLocation owner {source.store, root, root};
			CloneMarker marker {CloneMarkerPath(owner, environment.random.Uuid()), request.clone_root, source.root,
			                    request.source.version};
			markers.push_back(marker.path);
			WriteCloneMarker(*source.store, marker);
		}
		CheckFilesAreThere(request, environment.log);
	} catch (...) {
		DeleteMarkers(*source.store, markers);
		throw;
	}
	return markers;
}

void DeleteMarkers(ObjectStore &store, const std::vector<std::string> &markers) noexcept {
	for (const auto &marker : markers) {
		try {
			store.Delete(marker);
		} catch (const std::exception &) {
			// The table's VACUUM deletes it when it is old enough.
			continue;
		}
	}
}

std::vector<std::string> CopyMarkers(const TableLocation &clone, const CloneOrigins &origins,
                                     const std::string &new_root, Random &random) {
	std::vector<std::string> copies;
	try {
		for (const auto &path : origins.markers) {
			const auto object = clone.store->Head(path);
			if (!object) {
				continue;
			}
			auto copy = ReadCloneMarker(*clone.store, *object);
			copy.clone_root = new_root;
			copy.path = JoinPath(ParentOf(path), random.Uuid() + ".json");
			copies.push_back(copy.path);
			WriteCloneMarker(*clone.store, copy);
		}
	} catch (...) {
		DeleteMarkers(*clone.store, copies);
		throw;
	}
	return copies;
}

} // namespace merganser
