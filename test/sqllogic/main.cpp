//! Runs SQL logic tests: sqllogic [--config FILE] [--jobs N] [--filter TEXT] [--keep DIR] PATH…

#include "script_runner.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace merganser::sqllogic {

namespace {

namespace fs = std::filesystem;

struct RunnerOptions {
	std::string config_path;
	size_t jobs = 1;
	std::string filter;
	std::string keep_folder;
	std::vector<std::string> paths;
};

struct Totals {
	size_t passed = 0;
	size_t failed = 0;
	size_t skipped = 0;
};

std::vector<fs::path> FindTestFiles(const RunnerOptions &options) {
	std::vector<fs::path> files;
	for (const auto &path : options.paths) {
		if (!fs::is_directory(path)) {
			files.emplace_back(path);
			continue;
		}
		for (const auto &entry : fs::recursive_directory_iterator(path)) {
			if (entry.is_regular_file() && entry.path().extension() == ".test") {
				files.push_back(entry.path());
			}
		}
	}
	std::sort(files.begin(), files.end());
	files.erase(std::unique(files.begin(), files.end()), files.end());
	const auto is_filtered_out = [&](const fs::path &file) {
		return file.string().find(options.filter) == std::string::npos;
	};
	files.erase(std::remove_if(files.begin(), files.end(), is_filtered_out), files.end());
	return files;
}

//! One folder name for each file, readable for whoever looks at kept folders.
std::string FolderName(const fs::path &file) {
	auto name = file.lexically_normal().replace_extension().string();
	std::replace(name.begin(), name.end(), '/', '.');
	return name.substr(std::min(name.find_first_not_of('.'), name.size()));
}

void Report(const fs::path &file, const TestOutcome &outcome, Totals &totals) {
	switch (outcome.verdict) {
	case Verdict::PASSED:
		totals.passed++;
		break;
	case Verdict::FAILED:
		totals.failed++;
		std::printf("FAIL %s:%zu: %s\n", file.c_str(), outcome.line, outcome.message.c_str());
		break;
	case Verdict::SKIPPED:
		totals.skipped++;
		std::printf("SKIP %s: %s\n", file.c_str(), outcome.message.c_str());
		break;
	}
	std::fflush(stdout);
}

Totals RunFiles(const std::vector<fs::path> &files, const RunnerOptions &options, const SuiteConfig &config) {
	const bool keeps = !options.keep_folder.empty();
	const auto root = keeps ? fs::absolute(options.keep_folder)
	                        : fs::temp_directory_path() / ("merganser_sqllogic_" + std::to_string(getpid()));
	Totals totals;
	std::mutex report_lock;
	std::atomic<size_t> next {0};
	const auto run = [&]() {
		for (size_t i = next++; i < files.size(); i = next++) {
			const auto folder = root / FolderName(files[i]);
			fs::remove_all(folder);
			fs::create_directories(folder);
			const auto outcome = RunTestFile(files[i], folder, config);
			if (!keeps) {
				std::error_code ignored;
				fs::remove_all(folder, ignored);
			}
			std::lock_guard<std::mutex> guard(report_lock);
			Report(files[i], outcome, totals);
		}
	};
	std::vector<std::thread> threads;
	for (size_t i = 1; i < std::min(options.jobs, files.size()); i++) {
		threads.emplace_back(run);
	}
	run();
	for (auto &thread : threads) {
		thread.join();
	}
	if (!keeps) {
		std::error_code ignored;
		fs::remove_all(root, ignored);
	}
	return totals;
}

constexpr const char *USAGE = "usage: sqllogic [--config FILE] [--jobs N] [--filter TEXT] [--keep DIR] PATH...\n"
                              "  --config  configuration to run the files under (test/configs/*.json)\n"
                              "  --jobs    files that run side by side\n"
                              "  --filter  only files whose path contains this\n"
                              "  --keep    keep what the files write, one folder for each, below this one\n";

//! Throws std::runtime_error for a bad flag.
RunnerOptions ParseArguments(const std::vector<std::string> &arguments) {
	RunnerOptions options;
	for (size_t i = 0; i < arguments.size(); i++) {
		const auto &argument = arguments[i];
		if (argument.rfind("--", 0) != 0) {
			options.paths.push_back(argument);
			continue;
		}
		const auto equals = argument.find('=');
		const auto name = argument.substr(0, equals);
		if (equals == std::string::npos && i + 1 >= arguments.size()) {
			throw std::runtime_error(name + " needs a value");
		}
		const auto value = equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
		if (name == "--config") {
			options.config_path = value;
		} else if (name == "--filter") {
			options.filter = value;
		} else if (name == "--keep") {
			options.keep_folder = value;
		} else if (name == "--jobs" && std::atoi(value.c_str()) > 0) {
			options.jobs = std::atoi(value.c_str());
		} else {
			throw std::runtime_error("bad flag " + name + " " + value);
		}
	}
	if (options.paths.empty()) {
		throw std::runtime_error("no PATH is given");
	}
	return options;
}

int Run(int argc, char **argv) {
	const std::vector<std::string> arguments(argv + 1, argv + argc);
	if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
		std::fputs(USAGE, stdout);
		return 0;
	}
	RunnerOptions options;
	try {
		options = ParseArguments(arguments);
	} catch (const std::exception &error) {
		std::fprintf(stderr, "sqllogic: %s\n%s", error.what(), USAGE);
		return 2;
	}
	SuiteConfig config;
	if (!options.config_path.empty()) {
		try {
			config = ReadSuiteConfig(options.config_path);
		} catch (const std::exception &error) {
			std::fprintf(stderr, "%s: %s\n", options.config_path.c_str(), error.what());
			return 2;
		}
	}
	const auto files = FindTestFiles(options);
	const auto totals = RunFiles(files, options, config);
	if (files.empty()) {
		std::fputs("no test file was found\n", stderr);
	}
	std::printf("%zu passed, %zu failed, %zu skipped\n", totals.passed, totals.failed, totals.skipped);
	return files.empty() || totals.failed > 0 ? 1 : 0;
}

} // namespace

} // namespace merganser::sqllogic

int main(int argc, char **argv) {
	try {
		return merganser::sqllogic::Run(argc, argv);
	} catch (const std::exception &error) {
		std::fprintf(stderr, "sqllogic: %s\n", error.what());
		return 2;
	}
}
