#include "scan/bound_predicate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace merganser {

namespace {

using Kind = Predicate::Kind;
using Source = BoundPredicate::Source;

void MakeUnknown(BoundPredicate &bound) {
	size_t node = bound.node;
	bound = BoundPredicate();
	bound.node = node;
}

void FindColumn(BoundPredicate &bound, const ColumnPath &column, const TableConfiguration &configuration) {
	auto &fields = configuration.GetSchema().fields;
	auto &partition_columns = configuration.PartitionColumns();
	for (size_t i = 0; column.size() == 1 && i < partition_columns.size(); i++) {
		auto &field = fields[partition_columns[i]];
		if (field.PhysicalName() == column[0]) {
			bound.source = Source::PARTITION;
			bound.index = i;
			bound.type = field.type;
			bound.reads_partitions = true;
			return;
		}
	}
	auto &leaves = configuration.DataLeaves();
	for (size_t i = 0; i < leaves.size(); i++) {
		if (leaves[i].physical_path == column) {
			bound.source = Source::LEAF;
			bound.index = i;
			bound.type = leaves[i].type;
			bound.reads_leaves = true;
			return;
		}
	}
}

template <class T, class CONSTANT>
bool TakeConstants(const std::vector<Scalar> &values, BoundConstants<T> &constants) {
	for (auto &value : values) {
		auto constant = std::get_if<CONSTANT>(&value);
		if (!constant) {
			return false;
		}
		constants.low.emplace_back(*constant);
	}
	std::sort(constants.low.begin(), constants.low.end());
	constants.high = constants.low;
	return true;
}

bool TakeFloats(BoundPredicate &bound, const std::vector<Scalar> &values) {
	auto &constants = bound.constants.float64s;
	for (auto &value : values) {
		auto constant = std::get_if<double>(&value);
		if (!constant) {
			return false;
		}
		if (std::isnan(*constant)) {
			bound.constants.has_nan = true;
		} else {
			constants.low.push_back(*constant);
		}
	}
	std::sort(constants.low.begin(), constants.low.end());
	constants.high = constants.low;
	if (bound.type->kind == TypeKind::FLOAT) {
		constexpr float INFINITE = std::numeric_limits<float>::infinity();
		for (size_t i = 0; i < constants.low.size(); i++) {
			constants.low[i] = std::nextafterf(float(constants.low[i]), -INFINITE);
			constants.high[i] = std::nextafterf(float(constants.high[i]), INFINITE);
		}
	}
	return true;
}

//! Statistics of BINARY are left aside: writers do not agree on how bytes stand in JSON.
BoundStorage UsableStorage(const DataType &type) {
	return type.kind == TypeKind::BINARY ? BoundStorage::NONE : BoundStorageOf(type);
}

//! False when a constant is not of the column's type.
bool TakeLeafConstants(BoundPredicate &bound, const std::vector<Scalar> &values) {
	auto &constants = bound.constants;
	constants.storage = UsableStorage(*bound.type);
	switch (constants.storage) {
	case BoundStorage::NONE:
		return true;
	case BoundStorage::INT64:
		if (bound.type->kind == TypeKind::BOOLEAN) {
			return TakeConstants<int64_t, bool>(values, constants.int64s);
		}
		return TakeConstants<int64_t, int64_t>(values, constants.int64s);
	case BoundStorage::INT128:
		return TakeConstants<Int128, Int128>(values, constants.int128s);
	case BoundStorage::FLOAT64:
		return TakeFloats(bound, values);
	case BoundStorage::TEXT:
		return TakeConstants<std::string_view, std::string>(values, constants.texts);
	}
	return false;
}

void BindColumn(BoundPredicate &bound, const Predicate &predicate, const TableConfiguration &configuration) {
	FindColumn(bound, predicate.column, configuration);
	if (bound.source == Source::NONE) {
		MakeUnknown(bound);
		return;
	}
	bound.values = &predicate.values;
	if (bound.source == Source::LEAF && !TakeLeafConstants(bound, predicate.values)) {
		MakeUnknown(bound);
	}
	if (bound.kind == Kind::STARTS_WITH && bound.type && bound.type->kind != TypeKind::STRING) {
		MakeUnknown(bound);
	}
}

BoundPredicate BindNode(const Predicate &predicate, const TableConfiguration &configuration, size_t &node_count) {
	BoundPredicate bound;
	bound.kind = predicate.kind;
	bound.op = predicate.op;
	bound.node = node_count++;
	switch (predicate.kind) {
	case Kind::UNKNOWN:
	case Kind::ALWAYS_FALSE:
		return bound;
	case Kind::COMPARE:
	case Kind::IN:
	case Kind::IS_NULL:
	case Kind::IS_NOT_NULL:
	case Kind::STARTS_WITH:
		BindColumn(bound, predicate, configuration);
		return bound;
	case Kind::AND:
	case Kind::OR:
	case Kind::NOT:
		break;
	}
	for (auto &child : predicate.children) {
		bound.children.push_back(BindNode(*child, configuration, node_count));
		bound.reads_partitions |= bound.children.back().reads_partitions;
		bound.reads_leaves |= bound.children.back().reads_leaves;
	}
	return bound;
}

void CollectLeaves(const BoundPredicate &predicate, std::vector<size_t> &leaves) {
	if (predicate.source == Source::LEAF) {
		leaves.push_back(predicate.index);
	}
	for (auto &child : predicate.children) {
		CollectLeaves(child, leaves);
	}
}

} // namespace

BoundPredicate BindPredicate(const Predicate &predicate, const TableConfiguration &configuration, size_t &node_count) {
	node_count = 0;
	return BindNode(predicate, configuration, node_count);
}

std::vector<size_t> LeavesOf(const BoundPredicate &predicate) {
	std::vector<size_t> leaves;
	CollectLeaves(predicate, leaves);
	std::sort(leaves.begin(), leaves.end());
	leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
	return leaves;
}

} // namespace merganser
