#pragma once

#include "base/zeroed_vector.hpp"
#include "protocol/actions.hpp"
#include "protocol/file_statistics.hpp"
#include "protocol/scalar.hpp"
#include "protocol/schema.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! How a leaf's bounds are held. Every decimal is an INT128, as in Scalar; booleans are INT64 0 and 1.
enum class BoundStorage { NONE, INT64, INT128, FLOAT64, TEXT };
BoundStorage BoundStorageOf(const DataType &type);

//! Bounds and null counts of one leaf for all rows of a batch. Only the vectors of its storage are filled.
struct LeafStatistics {
	static constexpr uint8_t HAS_MIN = 1;
	static constexpr uint8_t HAS_MAX = 2;
	static constexpr uint8_t HAS_NULL_COUNT = 4;

	BoundStorage storage = BoundStorage::NONE;
	//! Min and Max give booleans as such.
	bool is_boolean = false;
	ZeroedVector<uint8_t> known;
	ZeroedVector<int64_t> min_int64, max_int64;
	ZeroedVector<Int128> min_int128, max_int128;
	ZeroedVector<double> min_float64, max_float64;
	//! Into the owning table's arena.
	ZeroedVector<std::string_view> min_text, max_text;
	//! Saturates at UINT32_MAX - 1; check `known`.
	ZeroedVector<uint32_t> null_count;

	std::optional<Scalar> Min(uint32_t row) const;
	std::optional<Scalar> Max(uint32_t row) const;
	std::optional<int64_t> NullCount(uint32_t row) const;
};

//! Statistics of all rows of a batch, by leaf (parallel to TableConfiguration::DataLeaves(); a leaf that was not wanted
//! is empty).
struct StatisticsTable {
	//! -1 where unknown.
	std::vector<int64_t> num_records;
	//! 1 where bounds are tight (no wide bounds after a deletion vector).
	std::vector<uint8_t> tight_bounds;
	//! leaves[i] is nullptr until someone asked for leaf i.
	std::vector<std::shared_ptr<const LeafStatistics>> leaves;
};

//! An immutable batch of data files in columns: of one checkpoint, or of some commits. Rows may be dead: liveness is
//! the FileList's. Thread-safe (statistics are loaded once, under a lock).
class FileBatch {
public:
	virtual ~FileBatch() = default;

	virtual uint32_t Count() const = 0;
	//! As in the log (URI-encoded).
	virtual std::string_view Path(uint32_t row) const = 0;
	virtual uint64_t SizeBytes(uint32_t row) const = 0;
	virtual int64_t ModificationTime(uint32_t row) const = 0;
	//! nullptr without one.
	virtual const DeletionVectorDescriptor *DeletionVector(uint32_t row) const = 0;
	//! Version of the commit that added the file; -1 when it came from a checkpoint and is not known.
	virtual int64_t CommitVersion(uint32_t row) const = 0;
	//! Dictionary code of the value of partition column `column` (in metadata.partition_columns order).
	virtual uint32_t PartitionCode(size_t column, uint32_t row) const = 0;
	//! The dictionary of that column: values as in the log, nullopt for NULL.
	virtual const std::vector<std::optional<std::string>> &PartitionDictionary(size_t column) const = 0;
	//! Numbers of records and, for the leaves asked for (indexes into DataLeaves()), bounds. Loaded at first use; the
	//! returned table holds at least these leaves. Throws what reading the checkpoint throws.
	virtual std::shared_ptr<const StatisticsTable> Statistics(const std::vector<size_t> &leaves) const = 0;
	//! The whole action again (for remove actions, DESCRIBE …); `stats` is left out where it is not held.
	virtual AddFile ToAddFile(uint32_t row) const = 0;
	//! Bytes of memory held, for budgets and EXPLAIN.
	virtual uint64_t MemoryBytes() const = 0;
};

} // namespace merganser
