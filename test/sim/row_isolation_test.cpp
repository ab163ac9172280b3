#include "row_mix.hpp"
#include "serial_check.hpp"

#include <gtest/gtest.h>

#include <set>

//! The anomalies by name: each cannot happen, the same clients make it happen when the transactions say nothing of what
//! they read, and the checker notices.

namespace merganser {

namespace {

using enum StatementKind;

constexpr uint64_t SEEDS = 60;

int64_t SumOf(const Rows &rows, int64_t key_first, int64_t key_last) {
	int64_t sum = 0;
	for (auto &row : rows) {
		sum += row.key >= key_first && row.key <= key_last ? row.value : 0;
	}
	return sum;
}

size_t CountOf(const Rows &rows, int64_t key_first, int64_t key_last) {
	return size_t(std::count_if(rows.begin(), rows.end(),
	                            [&](const Row &row) { return row.key >= key_first && row.key <= key_last; }));
}

//! Accounts 1 and 101 in files of their own, so that nothing but what was read brings their writers together. Each has
//! another row beside it.
RowWorldOptions TwoAccounts(uint64_t seed, int64_t value) {
	RowWorldOptions options;
	options.is_partitioned = true;
	options.has_vectors = seed % 2 == 1;
	options.first_rows = {{1, value}, {50, 0}, {101, value}, {150, 0}};
	return options;
}

RowWorld::MakeStatements Always(std::vector<Statement> statements) {
	return [statements](Random &) {
		return statements;
	};
}

//! What came of one run.
struct Outcome {
	bool is_serial = false;
	//! Of statements: compaction does not count.
	size_t committed = 0;
	size_t executed_again = 0;
	size_t compactions = 0;
	Rows rows;
};

Outcome RunToEnd(RowWorld &world) {
	world.Run();
	Outcome outcome;
	outcome.is_serial = CheckSerial(world).empty();
	outcome.rows = FinalRows(world);
	for (auto &record : world.records) {
		bool is_committed = record.outcome == CommitOutcome::COMMITTED && !record.is_read_only;
		outcome.committed += is_committed && !record.statements.empty();
		outcome.compactions += is_committed && record.statements.empty();
		outcome.executed_again += record.executions > 1;
	}
	return outcome;
}

// --- lost update -----------------------------------------------------------------------------------------------------

Outcome CountUp(uint64_t seed, bool withholds_reads) {
	auto options = TwoAccounts(seed, 0);
	options.withholds_reads = withholds_reads;
	RowWorld world(seed, options);
	for (auto name : {"a", "b", "c", "d"}) {
		world.AddClient(name, 4, Always({Statement {UPDATE, 1, 1, 1, {}}}));
	}
	world.AddCompactor("compact", 3);
	return RunToEnd(world);
}

// --- write skew ------------------------------------------------------------------------------------------------------

//! Each takes 100 from its own account if both together have it. Both did: the sum is below zero.
Outcome Skew(uint64_t seed, bool withholds_reads) {
	auto options = TwoAccounts(seed, 50);
	options.withholds_reads = withholds_reads;
	RowWorld world(seed, options);
	world.AddClient("a", 1, Always({Statement {WITHDRAW, 1, 101, 100, {}}}));
	world.AddClient("b", 1, Always({Statement {WITHDRAW, 101, 1, 100, {}}}));
	return RunToEnd(world);
}

// --- phantom ---------------------------------------------------------------------------------------------------------

//! A row is inserted while less than two are there. There is no file that could be read: only the filter conflicts.
Outcome Phantom(uint64_t seed, bool withholds_reads, bool says_it_by_hand) {
	auto options = TwoAccounts(seed, 0);
	options.withholds_reads = withholds_reads;
	RowWorld world(seed, options);
	std::vector<Statement> statements {Statement {RESERVE, 200, 299, 2, {{250, 1}}}};
	if (says_it_by_hand) {
		// The same as two statements: SELECT, then an INSERT that is blind by itself.
		statements = {Statement {SELECT, 200, 299, 0, {}}, Statement {RESERVE, 200, 299, 2, {{260, 1}}}};
	}
	for (auto name : {"a", "b", "c"}) {
		world.AddClient(name, 2, Always(statements));
	}
	return RunToEnd(world);
}

//! Seeds (of all) in which `happens`.
template <class RUN, class HAPPENS>
size_t CountSeeds(RUN run, HAPPENS happens) {
	size_t count = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		count += happens(run(seed));
	}
	return count;
}

bool IsNotSerial(const Outcome &outcome) {
	return !outcome.is_serial;
}

} // namespace

TEST(RowIsolation, NoLostUpdate) {
	size_t executed_again = 0;
	size_t compactions = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		auto outcome = CountUp(seed, false);
		EXPECT_TRUE(outcome.is_serial) << "seed " << seed;
		EXPECT_EQ(SumOf(outcome.rows, 1, 1), int64_t(outcome.committed)) << "seed " << seed;
		EXPECT_GT(outcome.committed, 12u) << "seed " << seed;
		executed_again += outcome.executed_again;
		compactions += outcome.compactions;
	}
	EXPECT_GT(executed_again, SEEDS) << "nobody met anybody";
	EXPECT_GT(compactions, 0u);
}

//! Two writers of one row exclude each other by its file, whatever they say that they read.
TEST(RowIsolation, NoLostUpdateEvenWithoutReadSets) {
	EXPECT_EQ(CountSeeds([](uint64_t seed) { return CountUp(seed, true); }, IsNotSerial), 0u);
}

TEST(RowIsolation, NoWriteSkew) {
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		auto outcome = Skew(seed, false);
		EXPECT_TRUE(outcome.is_serial) << "seed " << seed;
		EXPECT_EQ(outcome.committed, 1u) << "seed " << seed;
		EXPECT_EQ(SumOf(outcome.rows, 1, 101), 0) << "seed " << seed;
	}
}

TEST(RowIsolation, WriteSkewWithoutReadSetsIsNoticed) {
	auto run = [](uint64_t seed) {
		return Skew(seed, true);
	};
	auto skews = CountSeeds(run, [](const Outcome &outcome) { return SumOf(outcome.rows, 1, 101) < 0; });
	EXPECT_GT(skews, 0u);
	EXPECT_EQ(CountSeeds(run, IsNotSerial), skews);
}

TEST(RowIsolation, NoPhantom) {
	for (bool by_hand : {false, true}) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			auto outcome = Phantom(seed, false, by_hand);
			EXPECT_TRUE(outcome.is_serial) << "seed " << seed;
			EXPECT_EQ(CountOf(outcome.rows, 200, 299), 2u) << "seed " << seed;
		}
	}
}

TEST(RowIsolation, PhantomWithoutReadSetsIsNoticed) {
	auto run = [](uint64_t seed) {
		return Phantom(seed, true, false);
	};
	auto phantoms = CountSeeds(run, [](const Outcome &outcome) { return CountOf(outcome.rows, 200, 299) > 2; });
	EXPECT_GT(phantoms, 0u);
	EXPECT_GE(CountSeeds(run, IsNotSerial), phantoms);
}

namespace {

//! Transfers among all accounts, with compaction, checkpoints and a faulty store.
std::unique_ptr<RowWorld> MakeBank(uint64_t seed) {
	RowWorldOptions options;
	options.has_vectors = seed % 2 == 1;
	options.is_partitioned = seed % 3 == 0;
	options.fail_permille = seed % 4 * 20;
	options.first_rows = FirstRows();
	auto world = std::make_unique<RowWorld>(seed, std::move(options));
	for (auto name : {"a", "b", "c", "d"}) {
		world->AddClient(name, 4, AnyTransfer);
	}
	world->AddClient("sum", 4, Always({Statement {SELECT, 0, ACCOUNTS - 1, 0, {}}}));
	world->AddCompactor("compact", 4);
	world->AddCheckpointer("checkpoint", 3);
	return world;
}

//! The sum of the accounts in `saw 0=95 1=105; …`.
int64_t SumSeen(const std::string &result) {
	Rows rows;
	auto text = result.substr(4, result.find(';') - 4);
	std::replace(text.begin(), text.end(), '=', ' ');
	std::replace(text.begin(), text.end(), ' ', '\n');
	std::istringstream numbers(text);
	int64_t sum = 0;
	for (Row row; numbers >> row.key >> row.value;) {
		sum += row.value;
	}
	return sum;
}

} // namespace

TEST(RowIsolation, TransfersKeepTheSumForEveryReader) {
	size_t transfers = 0;
	size_t sums = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		auto world = MakeBank(seed);
		world->Run();
		for (auto &problem : CheckSerial(*world)) {
			ADD_FAILURE() << "seed " << seed << ": " << problem;
		}
		EXPECT_EQ(SumOf(FinalRows(*world), 0, ACCOUNTS - 1), ACCOUNTS * 100) << "seed " << seed;
		for (auto &record : world->records) {
			bool is_sum = record.actor == "sum" && record.outcome == CommitOutcome::COMMITTED;
			transfers += record.outcome == CommitOutcome::COMMITTED && !record.is_read_only;
			sums += is_sum;
			if (is_sum) {
				EXPECT_EQ(SumSeen(record.results[0]), ACCOUNTS * 100) << "seed " << seed;
			}
		}
	}
	EXPECT_GT(transfers, SEEDS * 5);
	EXPECT_GT(sums, SEEDS);
}

// --- what WriteSerializable allows, and what it does not
// ----------------------------------------------------------------

namespace {

//! Blind inserts into the range that another looks at before it inserts elsewhere.
Outcome BlindInserts(uint64_t seed, IsolationLevel isolation) {
	auto options = TwoAccounts(seed, 0);
	options.isolation = isolation;
	RowWorld world(seed, options);
	world.AddClient("insert", 5, Always({Statement {INSERT, 0, 0, 0, {{250, 1}}}}));
	world.AddClient("look", 3, Always({Statement {SELECT, 200, 299, 0, {}}, Statement {INSERT, 0, 0, 0, {{350, 1}}}}));
	return RunToEnd(world);
}

} // namespace

TEST(RowIsolation, BlindInsertsAreSeenInOrderUnderSerializableOnly) {
	auto serializable = [](uint64_t seed) {
		return BlindInserts(seed, IsolationLevel::SERIALIZABLE);
	};
	auto write_serializable = [](uint64_t seed) {
		return BlindInserts(seed, IsolationLevel::WRITE_SERIALIZABLE);
	};
	EXPECT_EQ(CountSeeds(serializable, IsNotSerial), 0u);
	EXPECT_GT(CountSeeds(write_serializable, IsNotSerial), 0u);
	auto loses_rows = [](const Outcome &outcome) {
		return outcome.committed != 8 || CountOf(outcome.rows, 200, 399) != 8;
	};
	EXPECT_EQ(CountSeeds(write_serializable, loses_rows), 0u) << "every insert is there, once";
}

TEST(RowIsolation, WriteSerializableHasNoLostUpdateSkewOrPhantomOfReaders) {
	auto with_level = [](auto add_clients) {
		size_t not_serial = 0;
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			auto options = TwoAccounts(seed, 50);
			options.isolation = IsolationLevel::WRITE_SERIALIZABLE;
			RowWorld world(seed, options);
			add_clients(world);
			not_serial += IsNotSerial(RunToEnd(world));
		}
		return not_serial;
	};
	EXPECT_EQ(with_level([](RowWorld &world) {
		          world.AddClient("a", 3, Always({Statement {UPDATE, 1, 1, 1, {}}}));
		          world.AddClient("b", 3, Always({Statement {UPDATE, 1, 101, 1, {}}}));
	          }),
	          0u);
	EXPECT_EQ(with_level([](RowWorld &world) {
		          world.AddClient("a", 1, Always({Statement {WITHDRAW, 1, 101, 100, {}}}));
		          world.AddClient("b", 1, Always({Statement {WITHDRAW, 101, 1, 100, {}}}));
	          }),
	          0u);
	EXPECT_EQ(with_level([](RowWorld &world) {
		          world.AddClient("a", 2, Always({Statement {RESERVE, 200, 299, 2, {{250, 1}}}}));
		          world.AddClient("b", 2, Always({Statement {RESERVE, 200, 299, 2, {{260, 1}}}}));
	          }),
	          0u)
	    << "a RESERVE that inserts has read: it is not blind";
}

} // namespace merganser
