#include "scan/generated_partitions.hpp"

#include "protocol/expression_range.hpp"
#include "protocol/generated_columns.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace merganser {

namespace {

using Kind = Predicate::Kind;

struct GeneratedPartition {
	ColumnPath column;
	//! The one that it is generated from.
	ColumnPath base;
	SqlExpression value;
};

std::vector<GeneratedPartition> GeneratedPartitionsOf(const TableConfiguration &configuration) {
	std::vector<GeneratedPartition> partitions;
	const auto &schema = configuration.GetSchema();
	for (const auto index : configuration.PartitionColumns()) {
		auto generated = TryGeneratedColumn(configuration, index);
		if (generated && generated->base_fields.size() == 1) {
			partitions.push_back({{schema.fields[index].PhysicalName()},
			                      {schema.fields[generated->base_fields[0]].PhysicalName()},
			                      std::move(generated->value)});
		}
	}
	return partitions;
}

void RaiseLow(ValueRange &range, const Scalar &value) {
	range.low = range.low ? std::max(*range.low, value) : value;
}

void LowerHigh(ValueRange &range, const Scalar &value) {
	range.high = range.high ? std::min(*range.high, value) : value;
}

void Narrow(ValueRange &range, const Predicate &predicate) {
	switch (predicate.kind) {
	case Kind::COMPARE: {
		const auto &value = predicate.values[0];
		const auto op = predicate.op;
		if (op == CompareOp::EQUAL || op == CompareOp::GREATER || op == CompareOp::GREATER_EQUAL) {
			RaiseLow(range, value);
		}
		if (op == CompareOp::EQUAL || op == CompareOp::LESS || op == CompareOp::LESS_EQUAL) {
			LowerHigh(range, value);
		}
		return;
	}
	case Kind::IN: {
		const auto [least, greatest] = std::minmax_element(predicate.values.begin(), predicate.values.end());
		RaiseLow(range, *least);
		LowerHigh(range, *greatest);
		return;
	}
	case Kind::STARTS_WITH: {
		const auto *prefix = std::get_if<std::string>(&predicate.values[0]);
		if (prefix && IsUtf8(*prefix)) {
			RaiseLow(range, *prefix);
			if (auto end = UpperBoundOfPrefix(*prefix)) {
				LowerHigh(range, std::move(*end));
			}
		}
		return;
	}
	default:
		return;
	}
}

class Deriver {
public:
	explicit Deriver(const TableConfiguration &configuration) : partitions(GeneratedPartitionsOf(configuration)) {
	}

	PredicatePtr Derive(const Predicate &predicate) const {
		if (partitions.empty()) {
			return Predicate::Unknown();
		}
		std::vector<PredicatePtr> derived;
		switch (predicate.kind) {
		case Kind::COMPARE:
		case Kind::IN:
		case Kind::STARTS_WITH:
			return FromAll({&predicate});
		case Kind::AND: {
			std::vector<const Predicate *> conditions;
			for (const auto &child : predicate.children) {
				conditions.push_back(child.get());
				if (child->kind == Kind::OR) {
					derived.push_back(Derive(*child));
				}
			}
			derived.push_back(FromAll(conditions));
			return Predicate::And(std::move(derived));
		}
		case Kind::OR:
			for (const auto &child : predicate.children) {
				derived.push_back(Derive(*child));
			}
			return Predicate::Or(std::move(derived));
		default:
			return Predicate::Unknown();
		}
	}

private:
	//! From conditions that are all true.
	PredicatePtr FromAll(const std::vector<const Predicate *> &conditions) const {
		std::vector<PredicatePtr> derived;
		for (const auto &partition : partitions) {
			ValueRange base;
			for (const auto *condition : conditions) {
				if (condition->column == partition.base) {
					Narrow(base, *condition);
				}
			}
			const auto range = RangeOf(partition.value, base);
			std::vector<PredicatePtr> bounds;
			if (range.low) {
				bounds.push_back(Predicate::Compare(partition.column, CompareOp::GREATER_EQUAL, *range.low));
			}
			if (range.high) {
				bounds.push_back(Predicate::Compare(partition.column, CompareOp::LESS_EQUAL, *range.high));
			}
			if (!bounds.empty()) {
				// The empty text is NULL in a partition.
				derived.push_back(
				    Predicate::Or({Predicate::And(std::move(bounds)), Predicate::IsNull(partition.column)}));
			}
		}
		return Predicate::And(std::move(derived));
	}

	const std::vector<GeneratedPartition> partitions;
};

} // namespace

PredicatePtr OnGeneratedPartitions(const Predicate &predicate, const TableConfiguration &configuration) {
	return Deriver(configuration).Derive(predicate);
}

} // namespace merganser
