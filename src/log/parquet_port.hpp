#pragma once

#include "base/cancel_token.hpp"
#include "log/byte_arena.hpp"
#include "protocol/actions.hpp"
#include "store/object_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

//! Some consecutive rows of one checkpoint (or sidecar) Parquet file, in columns. Views live as long as the object.
struct CheckpointRows {
	struct PartitionEntry {
		std::string_view key;
		std::string_view value;
		bool is_null = false;
	};
	//! What few files have.
	struct AddExtras {
		uint32_t row = 0;
		std::optional<DeletionVectorDescriptor> deletion_vector;
		std::optional<StringMap> tags;
		std::optional<int64_t> base_row_id;
		std::optional<int64_t> default_row_commit_version;
		std::optional<std::string> clustering_provider;
	};

	//! Index into the request's files, and the number of the first row in that file.
	uint32_t file = 0;
	uint64_t first_row = 0;
	uint32_t count = 0;
	//! 1 where the row is an `add`. All vectors below that are filled have `count` entries; entries of other rows are
	//! meaningless.
	std::vector<uint8_t> is_add;
	std::vector<std::string_view> path;
	std::vector<int64_t> size;
	std::vector<int64_t> modification_time;
	//! JSON text (from `stats`, else made from `stats_parsed`); data() == nullptr where there is none.
	std::vector<std::string_view> stats;
	//! Row r has partition_entries[partition_offsets[r] .. partition_offsets[r + 1]).
	std::vector<uint32_t> partition_offsets;
	std::vector<PartitionEntry> partition_entries;
	std::vector<AddExtras> extras;
	//! Every other action with its row: protocol, metaData, txn, domainMetadata, checkpointMetadata, sidecar and, where
	//! asked, remove.
	std::vector<std::pair<uint32_t, Action>> others;

	//! By row, nullptr where a row has none; empty where none has.
	std::vector<const AddExtras *> ExtrasByRow() const {
		std::vector<const AddExtras *> by_row(extras.empty() ? 0 : count);
		for (const auto &extra : extras) {
			by_row[extra.row] = &extra;
		}
		return by_row;
	}
};

//! CheckpointRows that own their bytes.
struct OwnedCheckpointRows {
	CheckpointRows rows;
	ByteArena arena;
};

//! Rows of a checkpoint file that stand together in it.
struct RowGroupRange {
	size_t row_group = 0;
	uint32_t first_row = 0;
	uint32_t row_count = 0;
};

//! Row groups of a checkpoint file that the next checkpoint takes over as they are.
struct KeptRowGroups {
	//! In the same store.
	std::string path;
	std::vector<size_t> row_groups;
	uint64_t row_count = 0;
};

struct CheckpointReadRequest {
	//! Paths in `store`.
	std::vector<std::string> files;
	//! Row groups of the file of this path are left out, and the others numbered as if they were not there.
	KeptRowGroups left_out;
	//! Columns wanted. `add_files` without `stats` leaves `stats` empty; `stats` alone gives only is_add and stats.
	bool add_files = true;
	bool stats = false;
	bool removes = false;
	bool others = true;
	//! By half of the threads: who takes the rows has more to do with them than who reads them.
	bool half_of_threads = false;
};

//! What a Parquet file of a checkpoint may hold, which gives its columns.
enum class CheckpointFileKind {
	//! Every action but those of the next.
	V1,
	//! checkpointMetadata and sidecar too.
	V2,
	//! Nothing but add and remove.
	SIDECAR
};

//! Gives the rows of a checkpoint file to be written. Pulled by one thread at a time.
class CheckpointSource {
public:
	virtual ~CheckpointSource() = default;
	virtual CheckpointFileKind Kind() const = 0;
	//! Some rows (is_add, path … others, incl. removes); nullptr at the end.
	virtual std::unique_ptr<OwnedCheckpointRows> Next() = 0;
	//! Row groups that the file has besides.
	virtual const KeptRowGroups &Kept() const {
		static const KeptRowGroups none;
		return none;
	}
};

//! How the core reads and writes Parquet: implemented by the engine on DuckDB's reader and writer, by a memory double
//! in tests. Thread-safe.
class ParquetPort {
public:
	virtual ~ParquetPort() = default;
	//! Number of rows of each file. Throws NOT_FOUND, CORRUPT (not Parquet, truncated).
	virtual std::vector<uint64_t> CountRows(ObjectStore &store, const std::vector<std::string> &files) = 0;
	//! Calls `consume` for all rows of all files, from several threads at once, in no order. Throws NOT_FOUND, CORRUPT,
	//! CANCELLED, OUT_OF_MEMORY (a decompression bomb ends in an error, not in a dead process).
	virtual void ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
	                            const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) = 0;
	//! The row groups of a checkpoint file that a new one of the kind can take over if all their rows stay: written as
	//! its own would be, and not small. Throws as ReadCheckpoint.
	virtual std::vector<RowGroupRange> FindKeepable(ObjectStore & /*store*/, const std::string & /*path*/,
	                                                CheckpointFileKind /*kind*/) {
		return {};
	}
	//! How many files are written at once where there are several: one thread calls WriteCheckpoint for each.
	virtual size_t WriterThreads() const {
		return 1;
	}
	//! Writes one file of a checkpoint (PROTOCOL.md, "Checkpoint Schema") to a new object. EXISTS when another writer
	//! was first (then theirs stays).
	virtual PutOutcome WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
	                                   uint64_t &size_bytes) = 0;
};

} // namespace merganser
