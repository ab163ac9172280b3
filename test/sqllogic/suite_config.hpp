#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merganser::sqllogic {

//! An axis on which the suite is run again: test/configs/*.json.
struct SuiteConfig {
	struct Skip {
		//! Matches a whole path or its end; '*' stands for any text.
		std::string path;
		std::string reason;
	};

	std::string description;
	//! Runs on every fresh instance before the file.
	std::vector<std::string> on_init;
	//! Run when the file has passed, for every table in its folder: `{TABLE}` is the table's folder. Each must give no
	//! row.
	std::vector<std::string> on_tables;
	//! `{NAME}` in a test's SQL becomes the value.
	std::map<std::string, std::string> env;
	std::vector<Skip> skips;

	//! The reason when this file is not run under the configuration.
	std::optional<std::string> TrySkipReason(const std::filesystem::path &path) const;
};

//! Throws std::runtime_error when a key is unknown, has the wrong type, or a skip has no reason.
SuiteConfig ReadSuiteConfig(const std::filesystem::path &path);

} // namespace merganser::sqllogic
