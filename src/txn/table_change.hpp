#pragma once

#include "protocol/actions.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! What one transaction adds to and removes from one table: the difference between two versions.
struct TableChange {
	std::optional<Protocol> protocol;
	std::optional<Metadata> metadata;
	std::vector<AddFile> added_files;
	std::vector<RemoveFile> removed_files;
	std::vector<AddCdcFile> cdc_files;
	std::vector<SetTransaction> transactions;
	std::vector<DomainMetadata> domains;
	//! `WRITE`, `CREATE TABLE AS SELECT`, … as Spark names operations, and what DESCRIBE HISTORY shows (values are JSON
	//! texts).
	std::string operation;
	StringMap operation_parameters;
	StringMap operation_metrics;
	//! Set by Merge when the transaction first only removed files and then only added some: the parameters of the first
	//! statement that added. Such a commit is an overwrite where it removes every file of the table.
	std::optional<StringMap> refill_parameters;

	//! Added files that are not new.
	struct KnownFiles {
		//! An older version had them: until the commit is made, a VACUUM may delete them.
		bool restores_old = false;
		//! Live files, added again as they are (dataChange = false) to get row ids.
		bool backfills_row_ids = false;
	};
	KnownFiles known_files;

	bool IsEmpty() const;
	//! Only adds files: no removes, no metadata, no protocol.
	bool OnlyAdds() const;
	//! Only removes files.
	bool OnlyRemoves() const;
	//! A second statement of the same transaction, made from the version with this change on top. Together they are the
	//! difference between the version before and after both: what the first added and the second removed, with the same
	//! deletion vector, is in neither, and the other way round. The operation of the first stays unless it is empty;
	//! metrics are summed.
	void Merge(TableChange &&later);

private:
	//! A file that was added again to get row ids, and then removed, is one of the version before: its removal stays.
	void ForgetBackfilled(const std::vector<RemoveFile> &removed);
};

//! A commit with change files is read from these alone, and they tell what became of the rows of the version before.
//! Throws UNSUPPORTED when together with `later` they would not: one of both has files and no change files, or the
//! later one changes rows that the earlier one wrote.
void CheckChangeFeedKept(const std::string &table_name, const TableChange &earlier, const TableChange &later);

//! The change as actions of a log, without commitInfo: protocol and metadata first, removes before adds.
std::vector<Action> ActionsOf(const TableChange &change);

} // namespace merganser
