#include "scan/partition_truth.hpp"

#include "base/error.hpp"
#include "protocol/partition_value.hpp"

#include <cmath>

namespace merganser {

namespace {

//! Floats as DuckDB orders them: NaN is equal to itself and greater than everything, -0.0 equals 0.0.
int CompareFloats(double left, double right) {
	if (std::isnan(left) || std::isnan(right)) {
		return int(std::isnan(left)) - int(std::isnan(right));
	}
	return left < right ? -1 : int(left > right);
}

//! Negative, zero, positive; nullopt when the two are not of one type.
std::optional<int> CompareScalars(const Scalar &left, const Scalar &right, const DataType &type) {
	if (left.index() != right.index()) {
		return std::nullopt;
	}
	if (auto number = std::get_if<double>(&left)) {
		double other = std::get<double>(right);
		if (type.kind == TypeKind::FLOAT) {
			return CompareFloats(float(*number), float(other));
		}
		return CompareFloats(*number, other);
	}
	return left < right ? -1 : int(right < left);
}

bool Holds(CompareOp op, int order) {
	switch (op) {
	case CompareOp::EQUAL:
		return order == 0;
	case CompareOp::NOT_EQUAL:
		return order != 0;
	case CompareOp::LESS:
		return order < 0;
	case CompareOp::LESS_EQUAL:
		return order <= 0;
	case CompareOp::GREATER:
		return order > 0;
	case CompareOp::GREATER_EQUAL:
		return order >= 0;
	}
	return false;
}

TruthMask Decided(bool truth) {
	return truth ? TRUTH_TRUE : TRUTH_FALSE;
}

TruthMask AnyEqual(const BoundPredicate &node, const Scalar &value) {
	for (auto &constant : *node.values) {
		auto order = CompareScalars(value, constant, *node.type);
		if (!order) {
			return TRUTH_ANY;
		}
		if (*order == 0) {
			return TRUTH_TRUE;
		}
	}
	return TRUTH_FALSE;
}

TruthMask ValueTruth(const BoundPredicate &node, const Scalar &value) {
	bool is_null = IsNull(value);
	switch (node.kind) {
	case Predicate::Kind::IS_NULL:
		return Decided(is_null);
	case Predicate::Kind::IS_NOT_NULL:
		return Decided(!is_null);
	case Predicate::Kind::COMPARE: {
		if (is_null) {
			return TRUTH_NULL;
		}
		auto order = CompareScalars(value, node.values->front(), *node.type);
		return order ? Decided(Holds(node.op, *order)) : TRUTH_ANY;
	}
	case Predicate::Kind::IN:
		return is_null ? TRUTH_NULL : AnyEqual(node, value);
	case Predicate::Kind::STARTS_WITH: {
		if (is_null) {
			return TRUTH_NULL;
		}
		auto text = std::get_if<std::string>(&value);
		auto prefix = std::get_if<std::string>(&node.values->front());
		return text && prefix ? Decided(text->starts_with(*prefix)) : TRUTH_ANY;
	}
	case Predicate::Kind::UNKNOWN:
	case Predicate::Kind::ALWAYS_FALSE:
	case Predicate::Kind::AND:
	case Predicate::Kind::OR:
	case Predicate::Kind::NOT:
		break;
	}
	return TRUTH_ANY;
}

} // namespace

std::vector<TruthMask> PartitionTruth(const BoundPredicate &node,
                                      const std::vector<std::optional<std::string>> &dictionary) {
	std::vector<TruthMask> result;
	result.reserve(dictionary.size());
	for (auto &text : dictionary) {
		try {
			result.push_back(ValueTruth(node, ParsePartitionValue(text, *node.type)));
		} catch (const Error &) {
			// The reader of the file will name the bad value; leaving the file out would hide it.
			result.push_back(TRUTH_ANY);
		}
	}
	return result;
}

} // namespace merganser
