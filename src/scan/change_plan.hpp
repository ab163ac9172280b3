#pragma once

#include "log/commit_range.hpp"
#include "log/file_list_builder.hpp"
#include "protocol/change_feed.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! Of a file's rows those that `marked` names and `but_not` does not.
struct MarkedRows {
	DeletionVectorDescriptor marked;
	std::optional<DeletionVectorDescriptor> but_not;
};

//! A file whose rows are changes of one version. Its partition values hold those of ChangeFeedConfiguration.
struct FileOfChanges {
	CommittedFile committed;
	//! What became of its rows; nullopt: a change file, whose rows say it themselves.
	std::optional<ChangeType> type;
	//! nullopt: every row but those of the file's deletion vector.
	std::optional<MarkedRows> only;
};

//! Which files hold the changes of a range of versions (PROTOCOL.md, "Change Data Files", reader requirements). Pure.
class ChangePlan {
public:
	//! The next commit, in order of version.
	void Add(RangedCommit &&commit);

	//! The version whose configuration Check asks for; nullopt: none.
	std::optional<int64_t> BaseVersion() const;
	//! Checks that the changes can be told, and read in the columns of `last`: the table as it is after the last
	//! commit. `base`: of BaseVersion, nullptr without. Throws INVALID_INPUT naming the version and what can be read.
	void Check(const TableConfigurationPtr &base, const TableConfigurationPtr &last) const;

	std::vector<FileOfChanges> files;

private:
	struct ConfigurationChange {
		int64_t version = 0;
		std::optional<Protocol> protocol;
		std::optional<Metadata> metadata;
	};
	//! A configuration and the versions that it was in force for.
	struct Period {
		TableConfigurationPtr configuration;
		VersionRange versions;
	};
	std::vector<Period> Periods(const TableConfigurationPtr &base, const TableConfigurationPtr &last) const;
	void CheckRewrites(const Period &period) const;
	void CheckColumns(const Period &period, const TableConfiguration &last) const;

	void AddChangeFiles(RangedCommit &commit);
	void AddDerived(RangedCommit &commit);
	void AddFileOf(const RangedCommit &commit, AddFile file, std::optional<ChangeType> type,
	               std::optional<MarkedRows> only = std::nullopt);

	VersionRange range {-1, -1};
	//! The first commit holds rows of files that were written before it.
	bool first_removes_rows = false;
	//! Ascending.
	std::vector<ConfigurationChange> changes;
	//! Versions that took whole files out and put others in, and have no change files.
	std::vector<int64_t> rewrites;
	//! Versions with a removed file whose partition values are not in the log.
	std::vector<int64_t> without_partition_values;
};

} // namespace merganser
