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

	bool IsEmpty() const;
	//! Only adds files: no removes, no metadata, no protocol.
	bool OnlyAdds() const;
	//! A second statement of the same transaction: appends its change; the operation of the first stays unless it is
	//! empty.
	void Merge(TableChange &&later);
};

} // namespace merganser
