#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace merganser {

//! `--seed N`, `--iterations N`: calls Round(seed).Run() with ascending seeds. The first that throws ends the run, with
//! its seed. Returns the exit code.
template <class Round>
int RunRounds(int argc, char **argv, const char *name, uint64_t iterations) {
	uint64_t seed = 1;
	for (int i = 1; i + 1 < argc; i += 2) {
		const std::string option = argv[i];
		(option == "--seed" ? seed : iterations) = std::strtoull(argv[i + 1], nullptr, 10);
	}
	for (uint64_t i = 0; i < iterations; i++) {
		try {
			Round(seed + i).Run();
		} catch (const std::exception &error) {
			std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed + i), error.what());
			return 1;
		}
	}
	std::printf("%s: %llu rounds\n", name, static_cast<unsigned long long>(iterations));
	return 0;
}

} // namespace merganser
