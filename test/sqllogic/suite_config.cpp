#include "suite_config.hpp"

#include "yyjson.hpp"

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace merganser::sqllogic {

namespace {

using namespace duckdb_yyjson; // NOLINT: a C interface

std::string Text(yyjson_val *value, const std::string &place) {
	if (!yyjson_is_str(value)) {
		throw std::runtime_error(place + " must be a string");
	}
	return std::string(yyjson_get_str(value), yyjson_get_len(value));
}

std::vector<yyjson_val *> Elements(yyjson_val *value, const std::string &place) {
	if (!yyjson_is_arr(value)) {
		throw std::runtime_error(place + " must be a list");
	}
	std::vector<yyjson_val *> elements;
	size_t index, count;
	yyjson_val *element;
	yyjson_arr_foreach(value, index, count, element) {
		elements.push_back(element);
	}
	return elements;
}

std::vector<std::pair<std::string, yyjson_val *>> Members(yyjson_val *value, const std::string &place) {
	if (!yyjson_is_obj(value)) {
		throw std::runtime_error(place + " must be an object");
	}
	std::vector<std::pair<std::string, yyjson_val *>> members;
	size_t index, count;
	yyjson_val *key, *member;
	yyjson_obj_foreach(value, index, count, key, member) {
		members.emplace_back(Text(key, "key"), member);
	}
	return members;
}

//! '*' in the pattern stands for any text.
bool MatchesPattern(std::string_view text, std::string_view pattern) {
	if (pattern.empty()) {
		return text.empty();
	}
	if (pattern[0] == '*') {
		return MatchesPattern(text, pattern.substr(1)) || (!text.empty() && MatchesPattern(text.substr(1), pattern));
	}
	return !text.empty() && text[0] == pattern[0] && MatchesPattern(text.substr(1), pattern.substr(1));
}

SuiteConfig::Skip ReadSkip(yyjson_val *value) {
	SuiteConfig::Skip skip;
	for (const auto &[key, member] : Members(value, "skip")) {
		if (key == "path") {
			skip.path = Text(member, key);
		} else if (key == "reason") {
			skip.reason = Text(member, key);
		} else {
			throw std::runtime_error("unknown key '" + key + "' in skip");
		}
	}
	if (skip.path.empty() || skip.reason.find_first_not_of(' ') == std::string::npos) {
		throw std::runtime_error("skip of '" + skip.path + "' needs a path and a reason");
	}
	return skip;
}

} // namespace

std::optional<std::string> SuiteConfig::TrySkipReason(const std::filesystem::path &path) const {
	for (const auto &skip : skips) {
		if (MatchesPattern(path.string(), skip.path) || MatchesPattern(path.string(), "*/" + skip.path)) {
			return skip.reason;
		}
	}
	return std::nullopt;
}

SuiteConfig ReadSuiteConfig(const std::filesystem::path &path) {
	std::ifstream file(path);
	if (!file) {
		throw std::runtime_error("the file cannot be read");
	}
	std::stringstream content;
	content << file.rdbuf();
	const auto text = content.str();
	std::unique_ptr<yyjson_doc, void (*)(yyjson_doc *)> document(yyjson_read(text.data(), text.size(), 0),
	                                                             yyjson_doc_free);
	if (!document) {
		throw std::runtime_error("not valid JSON");
	}
	SuiteConfig config;
	for (const auto &[key, value] : Members(yyjson_doc_get_root(document.get()), "the configuration")) {
		if (key == "description") {
			config.description = Text(value, key);
		} else if (key == "on_init") {
			for (auto *element : Elements(value, key)) {
				config.on_init.push_back(Text(element, key));
			}
		} else if (key == "on_tables") {
			for (auto *element : Elements(value, key)) {
				config.on_tables.push_back(Text(element, key));
			}
		} else if (key == "env") {
			for (const auto &[name, member] : Members(value, key)) {
				config.env[name] = Text(member, name);
			}
		} else if (key == "skip") {
			for (auto *element : Elements(value, key)) {
				config.skips.push_back(ReadSkip(element));
			}
		} else {
			throw std::runtime_error("unknown key '" + key + "'");
		}
	}
	if (config.description.empty()) {
		throw std::runtime_error("a configuration needs a description");
	}
	return config;
}

} // namespace merganser::sqllogic
