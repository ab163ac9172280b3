#pragma once

#include "base/error.hpp"
#include "duckdb.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/write_spec.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! What every new data file has in common, however its bytes are made.
struct NewDataFile {
	//! Relative to the table's root, not encoded: the folder of the partition and a random name. From here on the
	//! transaction knows it: whatever happens, a rollback finds it. `number`: of the file within the statement.
	NewDataFile(duckdb::ClientContext &context, LakeTransaction &transaction, const WriteSpec &spec,
	            const std::string &folder, uint64_t number);

	//! In the store.
	std::string FullPath(const WriteSpec &spec) const;
	//! The finished file as the log has it. Throws IOException where the store did not confirm that it wrote it.
	AddFile Finished(duckdb::ClientContext &context, const WriteSpec &spec, PutOutcome outcome, uint64_t size_bytes);

	std::string relative_path;
};

//! `what` of the file could not be read, or the file where it is empty: names the table and the version too.
[[noreturn]] void ThrowUnreadable(const Snapshot &snapshot, const std::string &path, const std::string &what,
                                  const Error &error);

} // namespace merganser
