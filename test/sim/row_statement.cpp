#include "row_statement.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace merganser {

namespace {

using enum StatementKind;

//! Rows that SELF_INSERT copies at most: tables stay small.
constexpr size_t COPIES_MAX = 3;

//! The first row of the account; nullptr when there is none.
Row *FindAccount(std::vector<std::optional<Row>> &rows, int64_t key) {
	for (auto &row : rows) {
		if (row && row->key == key) {
			return &*row;
		}
	}
	return nullptr;
}

void Merge(const Rows &source, Effect &effect) {
	std::map<int64_t, int64_t> values;
	for (auto &row : source) {
		values[row.key] = row.value;
	}
	std::set<int64_t> matched;
	for (auto &row : effect.outcome) {
		row->value = values.at(row->key);
		matched.insert(row->key);
	}
	for (auto &[key, value] : values) {
		if (!matched.contains(key)) {
			effect.inserted.push_back({key, value});
		}
	}
}

void Transfer(const Statement &statement, Effect &effect) {
	auto from = FindAccount(effect.outcome, statement.low);
	auto to = FindAccount(effect.outcome, statement.high);
	if (from && to && from->value >= statement.amount) {
		from->value -= statement.amount;
		to->value += statement.amount;
	}
}

void Withdraw(const Statement &statement, Effect &effect) {
	auto from = FindAccount(effect.outcome, statement.low);
	auto other = FindAccount(effect.outcome, statement.high);
	if (from && other && from->value + other->value >= statement.amount) {
		from->value -= statement.amount;
	}
}

void Apply(const Statement &statement, const Rows &read, Effect &effect) {
	switch (statement.kind) {
	case SELECT:
		return;
	case INSERT:
		effect.inserted = statement.rows;
		return;
	case SELF_INSERT:
		for (size_t i = 0; i < std::min(COPIES_MAX, read.size()); i++) {
			effect.inserted.push_back({read[i].key + statement.amount, read[i].value});
		}
		return;
	case UPDATE:
		for (auto &row : effect.outcome) {
			row->value += statement.amount;
		}
		return;
	case DELETE:
		std::fill(effect.outcome.begin(), effect.outcome.end(), std::nullopt);
		return;
	case MERGE:
		return Merge(statement.rows, effect);
	case OVERWRITE:
		std::fill(effect.outcome.begin(), effect.outcome.end(), std::nullopt);
		effect.inserted = statement.rows;
		return;
	case TRANSFER:
		return Transfer(statement, effect);
	case WITHDRAW:
		return Withdraw(statement, effect);
	case RESERVE:
		if (int64_t(read.size()) < statement.amount) {
			effect.inserted = statement.rows;
		}
		return;
	}
}

//! The keys of the statements that name their rows one by one.
std::vector<int64_t> KeysOf(const Statement &statement) {
	if (statement.kind == TRANSFER || statement.kind == WITHDRAW) {
		return {statement.low, statement.high};
	}
	std::vector<int64_t> keys;
	for (auto &row : statement.rows) {
		keys.push_back(row.key);
	}
	return keys;
}

bool NamesKeys(StatementKind kind) {
	return kind == TRANSFER || kind == WITHDRAW || kind == MERGE;
}

} // namespace

const char *NameOf(StatementKind kind) {
	switch (kind) {
	case SELECT:
		return "SELECT";
	case INSERT:
		return "INSERT";
	case SELF_INSERT:
		return "SELF INSERT";
	case UPDATE:
		return "UPDATE";
	case DELETE:
		return "DELETE";
	case MERGE:
		return "MERGE";
	case OVERWRITE:
		return "OVERWRITE";
	case TRANSFER:
		return "TRANSFER";
	case WITHDRAW:
		return "WITHDRAW";
	case RESERVE:
		return "RESERVE";
	}
	return "";
}

bool Statement::ReadsAll() const {
	return kind == OVERWRITE;
}

bool Statement::Reads(int64_t key) const {
	if (kind == INSERT) {
		return false;
	}
	if (NamesKeys(kind)) {
		auto keys = KeysOf(*this);
		return std::find(keys.begin(), keys.end(), key) != keys.end();
	}
	return ReadsAll() || (key >= low && key <= high);
}

PredicatePtr Statement::Filter(bool is_partitioned) const {
	if (kind == INSERT || ReadsAll()) {
		return nullptr;
	}
	auto first = low;
	auto last = high;
	std::vector<PredicatePtr> all;
	if (NamesKeys(kind)) {
		auto keys = KeysOf(*this);
		std::tie(first, last) =
		    std::pair(*std::min_element(keys.begin(), keys.end()), *std::max_element(keys.begin(), keys.end()));
		all.push_back(Predicate::In({"key"}, {keys.begin(), keys.end()}));
	} else {
		all.push_back(Predicate::Compare({"key"}, CompareOp::GREATER_EQUAL, low));
		all.push_back(Predicate::Compare({"key"}, CompareOp::LESS_EQUAL, high));
	}
	if (is_partitioned && BucketOf(first) == BucketOf(last)) {
		all.push_back(Predicate::Compare({"bucket"}, CompareOp::EQUAL, BucketOf(first)));
	}
	return Predicate::And(std::move(all));
}

std::string Statement::ToString() const {
	return std::string(NameOf(kind)) + " " + std::to_string(low) + ".." + std::to_string(high) + " amount " +
	       std::to_string(amount) + " rows " + TextOf(rows);
}

Effect Execute(const Statement &statement, const Rows &read) {
	Effect effect;
	effect.outcome.assign(read.begin(), read.end());
	Apply(statement, read, effect);
	size_t deleted = 0;
	size_t updated = 0;
	for (size_t i = 0; i < read.size(); i++) {
		deleted += !effect.outcome[i];
		updated += effect.outcome[i] && *effect.outcome[i] != read[i];
	}
	effect.result = "saw " + TextOf(read) + "; deleted " + std::to_string(deleted) + ", updated " +
	                std::to_string(updated) + ", inserted " + std::to_string(effect.inserted.size());
	return effect;
}

} // namespace merganser
