#include "row_mix.hpp"

#include <algorithm>

namespace merganser {

namespace {

using enum StatementKind;

int64_t Between(Random &random, int64_t first, int64_t last) {
	return first + int64_t(random.Below(uint64_t(last - first + 1)));
}

//! A short range of keys, now and then across partitions.
void ChooseRange(Random &random, Statement &statement) {
	statement.low = Between(random, random.Below(4) == 0 ? 0 : FREE_KEYS_FIRST, FREE_KEYS_LAST);
	statement.high = statement.low + int64_t(random.Below(random.Below(4) == 0 ? 150 : 30));
}

Rows ChooseRows(Random &random, size_t count_max) {
	Rows rows(1 + random.Below(count_max));
	for (auto &row : rows) {
		row = {Between(random, FREE_KEYS_FIRST, FREE_KEYS_LAST), Between(random, 0, 99)};
	}
	return rows;
}

void ChooseAccounts(Random &random, Statement &statement) {
	statement.low = Between(random, 0, ACCOUNTS - 1);
	statement.high = (statement.low + Between(random, 1, ACCOUNTS - 1)) % ACCOUNTS;
	statement.amount = Between(random, 1, 60);
}

Statement AnyStatement(Random &random) {
	static constexpr StatementKind KINDS[] = {SELECT, SELECT,   INSERT,   INSERT,   INSERT,   SELF_INSERT, UPDATE,
	                                          UPDATE, UPDATE,   DELETE,   DELETE,   MERGE,    MERGE,       MERGE,
	                                          MERGE,  TRANSFER, TRANSFER, TRANSFER, WITHDRAW, RESERVE,     RESERVE};
	Statement statement;
	statement.kind = random.Below(60) == 0 ? OVERWRITE : KINDS[random.Below(std::size(KINDS))];
	switch (statement.kind) {
	case SELECT:
	case DELETE:
		ChooseRange(random, statement);
		break;
	case UPDATE:
		ChooseRange(random, statement);
		statement.amount = Between(random, 0, 3);
		break;
	case SELF_INSERT:
		ChooseRange(random, statement);
		statement.amount = Between(random, 1, 50);
		break;
	case INSERT:
		statement.rows = ChooseRows(random, 4);
		break;
	case MERGE:
		statement.rows = ChooseRows(random, 5);
		statement.rows.push_back({Between(random, FREE_KEYS_FIRST, FREE_KEYS_FIRST + 3), Between(random, 0, 9)});
		break;
	case OVERWRITE:
		statement.rows = FirstRows();
		break;
	case TRANSFER:
	case WITHDRAW:
		ChooseAccounts(random, statement);
		break;
	case RESERVE:
		ChooseRange(random, statement);
		statement.rows = {{statement.low, 1}};
		statement.amount = Between(random, 1, 4);
		break;
	}
	return statement;
}

void AddEverybody(RowWorld &world, uint64_t seed) {
	world.AddClient("client1", 5, AnyTransaction);
	world.AddClient("client2", 5, AnyTransaction);
	world.AddClient("client3", 5, AnyTransaction);
	world.AddClient("transfer", 4, AnyTransfer);
	if (seed % 2 == 0) {
		world.AddCompactor("compact", 3);
	}
	if (seed % 3 == 0) {
		world.AddAlterer("alter", 3);
	}
	if (seed % 3 != 1) {
		world.AddCheckpointer("checkpoint", 4);
	}
	if (seed % 7 == 0) {
		world.AddClient("client4", 5, AnyTransaction);
		world.AddClient("client5", 5, AnyTransaction);
	}
}

} // namespace

Rows FirstRows() {
	Rows rows;
	for (int64_t key = 0; key < ACCOUNTS; key++) {
		rows.push_back({key, 100});
	}
	for (int64_t key = FREE_KEYS_FIRST; key < FREE_KEYS_LAST; key += 13) {
		rows.push_back({key, 10});
	}
	return rows;
}

std::vector<Statement> AnyTransaction(Random &random) {
	std::vector<Statement> statements {AnyStatement(random)};
	if (random.Below(3) == 0) {
		statements.push_back(AnyStatement(random));
		// What a statement did before is changed again: the second looks where the first was.
		if (statements[0].kind == UPDATE || statements[0].kind == DELETE) {
			statements[1].low = statements[0].low;
			statements[1].high = statements[0].high;
		}
		if (random.Below(2) == 0) {
			statements.push_back(AnyStatement(random));
		}
	}
	for (auto &statement : statements) {
		bool has_accounts = statement.kind == TRANSFER || statement.kind == WITHDRAW;
		if (has_accounts && statement.low == statement.high) {
			statement.high = statement.low + 1;
		}
	}
	return statements;
}

std::vector<Statement> AnyTransfer(Random &random) {
	Statement statement;
	statement.kind = TRANSFER;
	ChooseAccounts(random, statement);
	return {statement};
}

std::unique_ptr<RowWorld> MakeMix(uint64_t seed) {
	const uint32_t fail_permilles[] = {0, 20, 80, 150};
	RowWorldOptions options;
	options.is_partitioned = seed % 5 < 2;
	options.has_vectors = seed % 2 == 1;
	options.has_commit_timestamps = seed % 6 == 5;
	options.fail_permille = fail_permilles[seed / 4 % 4];
	options.first_rows = FirstRows();
	auto world = std::make_unique<RowWorld>(seed, std::move(options));
	AddEverybody(*world, seed);
	if (seed % 8 == 3) {
		world->BreakFrom(40 + seed % 400);
	}
	return world;
}

std::unique_ptr<RowWorld> MakeSmallMix(uint64_t seed) {
	RowWorldOptions options;
	options.is_partitioned = seed % 4 < 2;
	options.has_vectors = seed % 2 == 1;
	options.first_rows = FirstRows();
	auto world = std::make_unique<RowWorld>(seed, std::move(options));
	world->AddClient("client1", 3, AnyTransaction);
	world->AddClient("client2", 3, AnyTransaction);
	world->AddClient("transfer", 2, AnyTransfer);
	world->AddCheckpointer("checkpoint", 1);
	return world;
}

} // namespace merganser
