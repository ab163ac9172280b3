#include "scan/predicate.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace merganser {

namespace {

using Kind = Predicate::Kind;

PredicatePtr MakeLeaf(Kind kind, ColumnPath column) {
	auto result = std::make_shared<Predicate>();
	result->kind = kind;
	result->column = std::move(column);
	return result;
}

PredicatePtr MakeKind(Kind kind) {
	return MakeLeaf(kind, ColumnPath());
}

PredicatePtr MakeJunction(Kind kind, std::vector<PredicatePtr> children) {
	auto result = std::make_shared<Predicate>();
	result->kind = kind;
	result->children = std::move(children);
	return result;
}

//! The children with nested junctions of the same kind pulled up.
std::vector<PredicatePtr> Flatten(Kind kind, std::vector<PredicatePtr> &&children) {
	std::vector<PredicatePtr> result;
	for (auto &child : children) {
		if (child->kind == kind) {
			result.insert(result.end(), child->children.begin(), child->children.end());
		} else {
			result.push_back(std::move(child));
		}
	}
	return result;
}

bool Contains(const std::vector<PredicatePtr> &children, Kind kind) {
	return std::any_of(children.begin(), children.end(),
	                   [&](const PredicatePtr &child) { return child->kind == kind; });
}

//! Keeps one child of a kind of which more say nothing new.
void KeepFirst(std::vector<PredicatePtr> &children, Kind kind) {
	bool seen = false;
	std::erase_if(children, [&](const PredicatePtr &child) {
		bool drop = child->kind == kind && seen;
		seen |= child->kind == kind;
		return drop;
	});
}

std::string QuoteText(const std::string &text) {
	std::string result = "'";
	for (char c : text) {
		result += c;
		if (c == '\'') {
			result += c;
		}
	}
	return result + "'";
}

std::string Int128Text(Int128 value) {
	if (value == 0) {
		return "0";
	}
	bool negative = value < 0;
	std::string digits;
	for (; value != 0; value /= 10) {
		int digit = int(value % 10);
		digits += char('0' + (digit < 0 ? -digit : digit));
	}
	if (negative) {
		digits += '-';
	}
	std::reverse(digits.begin(), digits.end());
	return digits;
}

struct ScalarText {
	std::string operator()(std::monostate) const {
		return "NULL";
	}
	std::string operator()(bool value) const {
		return value ? "true" : "false";
	}
	std::string operator()(int64_t value) const {
		return std::to_string(value);
	}
	std::string operator()(Int128 value) const {
		return Int128Text(value);
	}
	std::string operator()(double value) const {
		char buffer[32];
		std::snprintf(buffer, sizeof(buffer), "%.17g", value);
		return buffer;
	}
	std::string operator()(const std::string &value) const {
		return QuoteText(value);
	}
};

std::string Join(const std::vector<std::string> &parts, const char *separator) {
	std::string result;
	for (auto &part : parts) {
		result += result.empty() ? part : separator + part;
	}
	return result;
}

const char *OpText(CompareOp op) {
	switch (op) {
	case CompareOp::EQUAL:
		return " = ";
	case CompareOp::NOT_EQUAL:
		return " <> ";
	case CompareOp::LESS:
		return " < ";
	case CompareOp::LESS_EQUAL:
		return " <= ";
	case CompareOp::GREATER:
		return " > ";
	case CompareOp::GREATER_EQUAL:
		return " >= ";
	}
	return " ? ";
}

} // namespace

PredicatePtr Predicate::Unknown() {
	return MakeKind(Kind::UNKNOWN);
}

PredicatePtr Predicate::AlwaysFalse() {
	return MakeKind(Kind::ALWAYS_FALSE);
}

PredicatePtr Predicate::Compare(ColumnPath column, CompareOp op, Scalar value) {
	if (merganser::IsNull(value)) {
		return AlwaysFalse();
	}
	auto result = std::make_shared<Predicate>();
	result->kind = Kind::COMPARE;
	result->column = std::move(column);
	result->op = op;
	result->values.push_back(std::move(value));
	return result;
}

PredicatePtr Predicate::In(ColumnPath column, std::vector<Scalar> values) {
	auto nulls = std::erase_if(values, [](const Scalar &value) { return merganser::IsNull(value); });
	if (values.empty()) {
		return AlwaysFalse();
	}
	PredicatePtr result;
	if (values.size() == 1) {
		result = Compare(std::move(column), CompareOp::EQUAL, std::move(values[0]));
	} else {
		auto list = std::make_shared<Predicate>();
		list->kind = Kind::IN;
		list->column = std::move(column);
		list->values = std::move(values);
		result = list;
	}
	// With a NULL in the list what is not found is NULL rather than false; ALWAYS_FALSE stands for either.
	return nulls ? Or({result, AlwaysFalse()}) : result;
}

PredicatePtr Predicate::IsNull(ColumnPath column) {
	return MakeLeaf(Kind::IS_NULL, std::move(column));
}

PredicatePtr Predicate::IsNotNull(ColumnPath column) {
	return MakeLeaf(Kind::IS_NOT_NULL, std::move(column));
}

PredicatePtr Predicate::StartsWith(ColumnPath column, std::string prefix) {
	auto result = std::make_shared<Predicate>();
	result->kind = Kind::STARTS_WITH;
	result->column = std::move(column);
	result->values.emplace_back(std::move(prefix));
	return result;
}

PredicatePtr Predicate::And(std::vector<PredicatePtr> children) {
	children = Flatten(Kind::AND, std::move(children));
	if (Contains(children, Kind::ALWAYS_FALSE)) {
		return AlwaysFalse();
	}
	// One UNKNOWN stays beside the other children: without it a NOT above would leave out files that match, and files
	// would pass for fully matching that are not.
	KeepFirst(children, Kind::UNKNOWN);
	if (children.empty()) {
		return Unknown();
	}
	return children.size() == 1 ? children[0] : MakeJunction(Kind::AND, std::move(children));
}

PredicatePtr Predicate::Or(std::vector<PredicatePtr> children) {
	children = Flatten(Kind::OR, std::move(children));
	if (Contains(children, Kind::UNKNOWN)) {
		return Unknown();
	}
	// An ALWAYS_FALSE may stand for NULL, which a NOT above must not take for false: it stays.
	KeepFirst(children, Kind::ALWAYS_FALSE);
	if (children.empty()) {
		return AlwaysFalse();
	}
	return children.size() == 1 ? children[0] : MakeJunction(Kind::OR, std::move(children));
}

PredicatePtr Predicate::Not(PredicatePtr child) {
	switch (child->kind) {
	case Kind::UNKNOWN:
	case Kind::ALWAYS_FALSE:
		return Unknown();
	case Kind::NOT:
		return child->children[0];
	case Kind::IS_NULL:
		return IsNotNull(child->column);
	case Kind::IS_NOT_NULL:
		return IsNull(child->column);
	case Kind::COMPARE:
	case Kind::IN:
	case Kind::STARTS_WITH:
	case Kind::AND:
	case Kind::OR:
		break;
	}
	return MakeJunction(Kind::NOT, {std::move(child)});
}

std::string Predicate::ToString() const {
	auto name = Join(column, ".");
	std::vector<std::string> parts;
	switch (kind) {
	case Kind::UNKNOWN:
		return "unknown";
	case Kind::ALWAYS_FALSE:
		return "false";
	case Kind::COMPARE:
		return name + OpText(op) + std::visit(ScalarText(), values[0]);
	case Kind::IN:
		for (auto &value : values) {
			parts.push_back(std::visit(ScalarText(), value));
		}
		return name + " IN (" + Join(parts, ", ") + ")";
	case Kind::IS_NULL:
		return name + " IS NULL";
	case Kind::IS_NOT_NULL:
		return name + " IS NOT NULL";
	case Kind::STARTS_WITH:
		return "starts_with(" + name + ", " + std::visit(ScalarText(), values[0]) + ")";
	case Kind::AND:
	case Kind::OR:
		for (auto &child : children) {
			parts.push_back(child->ToString());
		}
		return "(" + Join(parts, kind == Kind::AND ? " AND " : " OR ") + ")";
	case Kind::NOT:
		return "NOT " + children[0]->ToString();
	}
	return "unknown";
}

} // namespace merganser
