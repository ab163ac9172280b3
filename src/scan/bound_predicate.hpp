#pragma once

#include "log/file_batch.hpp"
#include "protocol/table_configuration.hpp"
#include "scan/predicate.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace merganser {

//! The constants of COMPARE and IN, sorted, of one storage. `low` and `high` differ only for FLOAT columns: the
//! constant one step down and up, as the text of a bound may have been rounded on its way through JSON.
template <class T>
struct BoundConstants {
	std::vector<T> low;
	std::vector<T> high;
};

//! The constants in the form of the leaf's statistics; those of `storage` are filled.
struct LeafConstants {
	BoundStorage storage = BoundStorage::NONE;
	BoundConstants<int64_t> int64s;
	BoundConstants<Int128> int128s;
	BoundConstants<double> float64s;
	BoundConstants<std::string_view> texts;
	//! Floats: NaN is the constant, or one of the list. It is not in `float64s`.
	bool has_nan = false;
};

//! A Predicate with its columns looked up in one table's configuration. Refers to the predicate's strings: lives
//! shorter than it.
struct BoundPredicate {
	enum class Source {
		//! No column: UNKNOWN, ALWAYS_FALSE, junctions.
		NONE,
		//! `index` into metadata.partition_columns.
		PARTITION,
		//! `index` into DataLeaves().
		LEAF
	};

	Predicate::Kind kind = Predicate::Kind::UNKNOWN;
	CompareOp op = CompareOp::EQUAL;
	Source source = Source::NONE;
	size_t index = 0;
	DataTypePtr type;
	//! Number of the node in its tree.
	size_t node = 0;
	//! What the subtree looks at.
	bool reads_partitions = false;
	bool reads_leaves = false;
	//! PARTITION: the constants as they are.
	const std::vector<Scalar> *values = nullptr;
	//! LEAF: the constants, typed.
	LeafConstants constants;
	std::vector<BoundPredicate> children;
};

//! A column that the table does not have, or a constant of another type, becomes UNKNOWN.
//! `node_count` is set to the number of nodes.
BoundPredicate BindPredicate(const Predicate &predicate, const TableConfiguration &configuration, size_t &node_count);
//! Indexes into DataLeaves(), sorted, each once.
std::vector<size_t> LeavesOf(const BoundPredicate &predicate);

} // namespace merganser
