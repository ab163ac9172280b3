#pragma once

#include "log/snapshot.hpp"
#include "upkeep/vacuum.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

enum class TableProblemKind {
	//! A file that the log lists is not in the store, or its path cannot be followed.
	MISSING_FILE,
	//! It has another size than the log says.
	FILE_SIZE,
	//! It is no Parquet file, or a truncated one.
	UNREADABLE_FILE,
	//! It has another number of rows than the log says.
	ROW_COUNT,
	//! Its values are not within the bounds of the log's statistics, or it has another number of NULLs: a query with a
	//! filter may miss rows.
	STATISTICS,
	//! A deletion vector that cannot be read, has another number of rows than the log says or rows that the file has
	//! not.
	DELETION_VECTOR,
	//! The checkpoint that readers use is not what the commits before it say.
	CHECKPOINT,
	//! The version's checksum file does not agree with the log.
	CHECKSUM
};
//! `missing_file`, `file_size` …
const char *NameOf(TableProblemKind kind);

struct TableProblem {
	TableProblemKind kind;
	//! As in the log; of a CHECKPOINT or CHECKSUM the file it is about, empty for what concerns no file.
	std::string path;
	std::string detail;
	//! Set where the store itself says that the file is not there.
	std::optional<FileRef> gone_file {};
};

//! What the footer of a data file says: rows, and for each of `leaves` its bounds and NULLs as far as they are there
//! and exact. Throws CORRUPT, IO, NOT_FOUND, UNSUPPORTED where it is encrypted.
using FooterReader = std::function<FileStatistics(ObjectStore &store, const std::string &path, uint64_t size_bytes,
                                                  const std::vector<LeafColumn> &leaves)>;

struct TableCheckRequest {
	SnapshotPtr snapshot;
	LogContext context;
	//! Empty: data files are not opened.
	FooterReader read_footer;
};

//! Looks for what is wrong with a version of a table; changes nothing. Problems in the order of its files, then those
//! of its log. Throws what the store throws, for all but missing files.
std::vector<TableProblem> CheckTable(const TableCheckRequest &request, const ForEachNumber &for_each);

} // namespace merganser
