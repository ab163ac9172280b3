#pragma once

#include "base/error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Random bytes and mutations of good inputs, the same for the same seed.
class FuzzInput {
public:
	explicit FuzzInput(uint64_t seed) : random(seed) {
	}
	uint64_t Below(uint64_t bound) {
		return random() % bound;
	}
	std::string Bytes(size_t size_max) {
		std::string bytes(Below(size_max + 1), '\0');
		for (auto &byte : bytes) {
			byte = static_cast<char>(random());
		}
		return bytes;
	}
	const std::string &OneOf(const std::vector<std::string> &choices) {
		return choices[Below(choices.size())];
	}
	//! A few edits: flipped, inserted, removed and doubled pieces, or a piece of `dictionary`.
	std::string Mutate(std::string text, const std::vector<std::string> &dictionary) {
		for (auto edits = 1 + Below(4); edits > 0; edits--) {
			size_t at = Below(text.size() + 1);
			size_t length = Below(std::min<size_t>(text.size() - at, 12) + 1);
			switch (Below(6)) {
			case 0:
				text.replace(at, length, Bytes(3));
				break;
			case 1:
				text.erase(at, length);
				break;
			case 2:
				text.insert(at, OneOf(dictionary));
				break;
			case 3:
				text.replace(at, length, OneOf(dictionary));
				break;
			case 4:
				text.insert(at, std::string(text, at, length));
				break;
			case 5:
				if (at < text.size()) {
					text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
				}
				break;
			}
		}
		return text;
	}

private:
	std::mt19937_64 random;
};

//! Fails the run, with the input that did it.
inline void FuzzCheck(bool condition, const char *what, std::string_view input) {
	if (condition) {
		return;
	}
	std::fprintf(stderr, "fuzz check failed: %s\ninput (%zu bytes): ", what, input.size());
	for (unsigned char byte : input) {
		std::fprintf(stderr, byte >= 0x20 && byte < 0x7F && byte != '\\' ? "%c" : "\\x%02x", byte);
	}
	std::fprintf(stderr, "\n");
	std::abort();
}

//! `--seed N`, `--seconds S`, `--iterations N`. Calls `step` until time or count is up: once per input, which may throw
//! Error only.
inline int RunFuzz(int argc, char **argv, const std::function<void(FuzzInput &input)> &step) {
	uint64_t seed = 1, iterations = 20000;
	double seconds = 0;
	for (int i = 1; i + 1 < argc; i += 2) {
		std::string_view flag = argv[i];
		if (flag == "--seed") {
			seed = std::strtoull(argv[i + 1], nullptr, 10);
		} else if (flag == "--seconds") {
			seconds = std::strtod(argv[i + 1], nullptr);
		} else if (flag == "--iterations") {
			iterations = std::strtoull(argv[i + 1], nullptr, 10);
		} else {
			std::fprintf(stderr, "usage: %s [--seed N] [--seconds S] [--iterations N]\n", argv[0]);
			return 2;
		}
	}
	FuzzInput input(seed);
	auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
	uint64_t done = 0, refused = 0;
	for (; seconds > 0 ? std::chrono::steady_clock::now() < end : done < iterations; done++) {
		try {
			step(input);
		} catch (const Error &error) {
			refused++;
			FuzzCheck(error.kind == ErrorKind::CORRUPT || error.kind == ErrorKind::UNSUPPORTED,
			          "only bad input is refused", error.what());
		}
	}
	std::printf("seed %llu: %llu inputs, %llu refused\n", static_cast<unsigned long long>(seed),
	            static_cast<unsigned long long>(done), static_cast<unsigned long long>(refused));
	return 0;
}

} // namespace merganser
