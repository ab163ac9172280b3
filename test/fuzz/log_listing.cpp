// Random listings of a log, valid, damaged and absurd: the segment that comes back is checked against the files that
// are there, and errors must be of the kinds that the contract names. Usage: fuzz_log_listing [--seed N] [--iterations
// N]

#include "base/error.hpp"
#include "base/random.hpp"
#include "log/log_file_name.hpp"
#include "log/log_listing.hpp"
#include "store/memory_store.hpp"
#include "support/seeded_rounds.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

using namespace merganser;

namespace {

struct Listing {
	std::set<int64_t> commits;
	//! Complete ones.
	std::set<int64_t> checkpoints;
};

class Round {
public:
	explicit Round(uint64_t seed) : random(seed), store(std::make_shared<MemoryStore>()), location {store, "t", "t"} {
	}

	void Run() {
		Fill();
		for (int i = 0; i < 4; i++) {
			auto version = i == 0 ? std::nullopt : std::optional<int64_t>(int64_t(random.Below(16)) - 1);
			try {
				CheckSegment(ListLogSegment(location, version), version);
			} catch (const Error &error) {
				CheckError(error, version);
			}
		}
	}

private:
	void Put(const std::string &name, const std::string &text) {
		store->Put("t/_delta_log/" + name, text);
	}
	bool Chance(uint64_t percent) {
		return random.Below(100) < percent;
	}

	void Fill() {
		const int64_t last = int64_t(random.Below(14));
		const int64_t first = Chance(70) ? 0 : int64_t(random.Below(uint64_t(last) + 1));
		for (int64_t version = first; version <= last; version++) {
			if (!Chance(4)) {
				Put(VersionText(version) + ".json", "x");
				listing.commits.insert(version);
			}
		}
		for (uint64_t i = random.Below(4); i > 0; i--) {
			PutCheckpoint(int64_t(random.Below(uint64_t(last) + 2)));
		}
		if (Chance(50)) {
			const std::string hints[] = {"{\"version\":" + std::to_string(random.Below(18)) + "}", "{", "",
			                             "{\"version\":-4}", "[]"};
			Put("_last_checkpoint", hints[Chance(80) ? 0 : random.Below(5)]);
		}
		if (Chance(30)) {
			PutGarbage();
		}
	}

	void PutCheckpoint(int64_t version) {
		const auto begin = VersionText(version) + ".checkpoint.";
		switch (random.Below(5)) {
		case 0:
			Put(begin + "parquet", "x");
			listing.checkpoints.insert(version);
			return;
		case 1:
			Put(begin + random.Uuid() + (Chance(50) ? ".json" : ".parquet"), "x");
			listing.checkpoints.insert(version);
			return;
		case 2:
			if (listing.checkpoints.count(version) == 0) {
				Put(begin + "parquet", "");
			}
			return;
		default: {
			const uint64_t parts = 1 + random.Below(4);
			auto &put = parts_put[{version, parts}];
			for (uint64_t part = 1; part <= parts; part++) {
				if (!Chance(10)) {
					char name[64];
					std::snprintf(name, sizeof(name), "%010d.%010d.parquet", int(part), int(parts));
					Put(begin + name, "x");
					put.insert(part);
				}
			}
			if (put.size() == parts) {
				listing.checkpoints.insert(version);
			}
		}
		}
	}

	void PutGarbage() {
		std::string name = VersionText(int64_t(random.Below(20))) + ".checkpoint.0000000001.0000000002.parquet";
		for (uint64_t i = random.Below(3) + 1; i > 0; i--) {
			name[random.Below(name.size())] = "0123456789.-xj"[random.Below(14)];
		}
		const auto file = ParseLogFileName(name);
		if (!file) {
			Put(name, "x");
		}
	}

	//! The newest version that there is.
	int64_t Newest() const {
		const int64_t commit = listing.commits.empty() ? -1 : *listing.commits.rbegin();
		return std::max(commit, listing.checkpoints.empty() ? -1 : *listing.checkpoints.rbegin());
	}

	void CheckSegment(const LogSegment &segment, std::optional<int64_t> version) {
		Verify(segment.version == version.value_or(Newest()), "the version asked for");
		auto after = listing.checkpoints.upper_bound(segment.version);
		const int64_t expected = after == listing.checkpoints.begin() ? -1 : *std::prev(after);
		Verify(segment.checkpoint_version == expected, "the newest complete checkpoint");
		Verify(segment.checkpoint.empty() == (expected < 0), "the checkpoint's files");
		int64_t next = expected + 1;
		for (auto &commit : segment.commits) {
			Verify(commit.version == next++ && listing.commits.count(commit.version) > 0,
			       "contiguous commits that exist");
		}
		Verify(next == segment.version + 1, "commits up to the version");
		Verify(segment.last_commit.has_value() == (listing.commits.count(segment.version) > 0), "the last commit");
	}

	void CheckError(const Error &error, std::optional<int64_t> version) {
		if (version && *version < 0) {
			Verify(error.kind == ErrorKind::INVALID_INPUT, "a negative version is refused");
			return;
		}
		Verify(error.kind == ErrorKind::NOT_FOUND || error.kind == ErrorKind::CORRUPT, error.what());
		const int64_t wanted = version.value_or(Newest());
		if (Newest() < 0 || wanted > Newest()) {
			Verify(error.kind == ErrorKind::NOT_FOUND, "what is not there is not found");
			return;
		}
		// Is it true that it cannot be read?
		auto after = listing.checkpoints.upper_bound(wanted);
		bool missing = false;
		for (int64_t next = after == listing.checkpoints.begin() ? 0 : *std::prev(after) + 1; next <= wanted; next++) {
			missing |= listing.commits.count(next) == 0;
		}
		Verify(missing, "a version that can be read is read");
	}

	SeededRandom random;
	std::shared_ptr<MemoryStore> store;
	TableLocation location;
	Listing listing;
	//! Two writers may complete each other's parts.
	std::map<std::pair<int64_t, uint64_t>, std::set<uint64_t>> parts_put;
};

} // namespace

int main(int argc, char **argv) {
	return RunRounds<Round>(argc, argv, "log_listing", 3000);
}
