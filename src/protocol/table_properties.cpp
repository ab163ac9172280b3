#include "protocol/table_properties.hpp"

#include "protocol/known_properties.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_features.hpp"
#include "protocol/text_cursor.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace merganser {

namespace {

//! Their rest is free: the name of a constraint, settings of a converter.
constexpr std::string_view OPEN_PREFIXES[] = {CONSTRAINT_PREFIX, "delta.universalformat.config."};

constexpr std::pair<std::string_view, int64_t> INTERVAL_UNITS_MS[] = {
    {"millisecond", 1}, {"second", 1000}, {"minute", 60000}, {"hour", 3600000}, {"day", 86400000}, {"week", 604800000},
};

std::string_view TakeWord(TextCursor &cursor) {
	const char *begin = cursor.at;
	while (!cursor.Done() && ((*cursor.at | 0x20) >= 'a' && (*cursor.at | 0x20) <= 'z')) {
		cursor.at++;
	}
	return std::string_view(begin, static_cast<size_t>(cursor.at - begin));
}

} // namespace

bool HasNamePrefix(std::string_view name, std::string_view prefix) {
	return name.size() >= prefix.size() && SameName(name.substr(0, prefix.size()), prefix);
}

const std::string *FindProperty(const StringMap &configuration, std::string_view name) {
	auto exact = configuration.find(std::string(name));
	if (exact != configuration.end()) {
		return &exact->second;
	}
	for (auto &[key, value] : configuration) {
		if (SameName(key, name)) {
			return &value;
		}
	}
	return nullptr;
}

void EraseProperty(StringMap &configuration, std::string_view name) {
	std::erase_if(configuration, [&](const auto &entry) { return SameName(entry.first, name); });
}

void SetProperty(StringMap &configuration, std::string_view name, std::string value) {
	EraseProperty(configuration, name);
	configuration[std::string(name)] = std::move(value);
}

std::optional<std::string> CanonicalPropertyName(std::string_view name) {
	if (auto *property = FindKnownProperty(name)) {
		return std::string(property->name);
	}
	if (!HasNamePrefix(name, "delta.")) {
		return std::string(name);
	}
	if (HasNamePrefix(name, FEATURE_PREFIX)) {
		auto feature_name = name.substr(FEATURE_PREFIX.size());
		for (auto &feature : TableFeatures()) {
			if (SameName(feature.name, feature_name)) {
				return std::string(FEATURE_PREFIX).append(feature.name);
			}
		}
		return std::nullopt;
	}
	for (auto prefix : OPEN_PREFIXES) {
		if (HasNamePrefix(name, prefix) && name.size() > prefix.size()) {
			return std::string(prefix).append(name.substr(prefix.size()));
		}
	}
	return std::nullopt;
}

std::optional<int64_t> TryParseIntervalMs(std::string_view text) {
	TextCursor cursor(text);
	cursor.SkipSpaces();
	if (HasNamePrefix(std::string_view(cursor.at, static_cast<size_t>(cursor.end - cursor.at)), "interval ")) {
		cursor.at += std::string_view("interval ").size();
	}
	cursor.SkipSpaces();
	int64_t total = 0;
	do {
		int64_t amount;
		if (!cursor.TakeNumber(1, 9, amount)) {
			return std::nullopt;
		}
		cursor.SkipSpaces();
		auto unit = LowerName(TakeWord(cursor));
		if (!unit.empty() && unit.back() == 's') {
			unit.pop_back();
		}
		int64_t unit_ms = 0;
		for (auto &[name, milliseconds] : INTERVAL_UNITS_MS) {
			unit_ms = unit == name ? milliseconds : unit_ms;
		}
		int64_t part;
		if (unit_ms == 0 || __builtin_mul_overflow(amount, unit_ms, &part) ||
		    __builtin_add_overflow(total, part, &total)) {
			return std::nullopt;
		}
		cursor.SkipSpaces();
	} while (!cursor.Done());
	return total;
}

std::vector<ColumnPath> ParseColumnList(std::string_view text) {
	std::vector<ColumnPath> columns;
	ColumnPath path(1);
	bool quoted = false;
	auto finish = [&] {
		if (path.size() > 1 || !path[0].empty()) {
			columns.push_back(path);
		}
		path.assign(1, "");
	};
	for (char c : text) {
		if (c == '`') {
			quoted = !quoted;
		} else if (quoted) {
			path.back() += c;
		} else if (c == ',') {
			finish();
		} else if (c == '.') {
			path.emplace_back();
		} else if (c != ' ') {
			path.back() += c;
		}
	}
	finish();
	return columns;
}

bool IsBelow(const LeafColumn &leaf, const ColumnPath &column) {
	return column.size() <= leaf.logical_path.size() &&
	       std::equal(column.begin(), column.end(), leaf.logical_path.begin(),
	                  [](const std::string &left, const std::string &right) { return SameName(left, right); });
}

std::optional<uint64_t> TryParseByteSize(std::string_view text) {
	TextCursor cursor(text);
	cursor.SkipSpaces();
	int64_t amount;
	if (!cursor.TakeNumber(1, 18, amount)) {
		return std::nullopt;
	}
	cursor.SkipSpaces();
	auto unit = LowerName(TakeWord(cursor));
	cursor.SkipSpaces();
	static constexpr std::pair<std::string_view, uint32_t> SHIFTS[] = {
	    {"", 0}, {"b", 0}, {"k", 10}, {"kb", 10}, {"m", 20}, {"mb", 20}, {"g", 30}, {"gb", 30}, {"t", 40}, {"tb", 40}};
	for (auto &[name, shift] : SHIFTS) {
		if (unit == name && cursor.Done() && amount > 0 && amount <= std::numeric_limits<int64_t>::max() >> shift) {
			return static_cast<uint64_t>(amount) << shift;
		}
	}
	return std::nullopt;
}

} // namespace merganser
