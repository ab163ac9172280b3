#pragma once

#include "suite_config.hpp"
#include "test_script.hpp"

#include <filesystem>
#include <string>

namespace merganser::sqllogic {

enum class Verdict { PASSED, FAILED, SKIPPED };

struct TestOutcome {
	Verdict verdict = Verdict::PASSED;
	//! Line of the command that failed.
	size_t line = 0;
	//! What failed, or why the file was skipped.
	std::string message;
};

//! Runs one test file in an instance and a folder of its own. The folder exists and is empty. Thread-safe: files run
//! side by side.
TestOutcome RunTestFile(const std::filesystem::path &path, const std::filesystem::path &test_folder,
                        const SuiteConfig &config);

} // namespace merganser::sqllogic
