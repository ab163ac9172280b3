#include "conflict_operations.hpp"

#include <gtest/gtest.h>

#include <sstream>

//! The whole matrix: what becomes of a transaction (row) when another was first (column), as one named test for each
//! cell and isolation level: `ConflictMatrix/SamePartition.Cell/Update_after_Optimize_Serializable`. Every operation is
//! both a row and a column, so that each pair is judged in both orders.

namespace merganser {

namespace {

using enum OperationKind;

struct Cell {
	const ConflictTable *table = nullptr;
	OperationKind loser = APPEND;
	OperationKind winner = APPEND;
	IsolationLevel isolation = IsolationLevel::SERIALIZABLE;
	char expected = '?';
};

struct Row {
	OperationKind loser;
	//! By column: the letter for Serializable, and behind it the one for WriteSerializable where it differs.
	const char *cells;
};

std::vector<Cell> CellsOf(const ConflictTable &table, const std::vector<OperationKind> &columns,
                          const std::vector<Row> &rows) {
	std::vector<Cell> cells;
	for (auto &row : rows) {
		std::istringstream words(row.cells);
		std::string word;
		for (auto winner : columns) {
			words >> word;
			cells.push_back({&table, row.loser, winner, IsolationLevel::SERIALIZABLE, word.front()});
			cells.push_back({&table, row.loser, winner, IsolationLevel::WRITE_SERIALIZABLE, word.back()});
			word = "?";
		}
	}
	return cells;
}

std::string NameOfCell(const testing::TestParamInfo<Cell> &info) {
	auto &cell = info.param;
	bool is_serializable = cell.isolation == IsolationLevel::SERIALIZABLE;
	return std::string(NameOf(cell.loser)) + "_after_" + NameOf(cell.winner) +
	       (is_serializable ? "_Serializable" : "_WriteSerializable");
}

class ConflictMatrix : public testing::TestWithParam<Cell> {};

TEST_P(ConflictMatrix, Cell) {
	auto &cell = GetParam();
	auto &table = *cell.table;
	auto ours = MakeOperation(cell.loser, table, table.ours, "my");
	auto winner = MakeOperation(cell.winner, table, table.theirs, "their");
	auto theirs = AsWinner(winner, NameOf(cell.winner));
	auto conflict = CheckConflict(table.Configuration(), ours.change, ours.read_set, theirs, cell.isolation);
	EXPECT_EQ(JudgeConflict(conflict), cell.expected) << (conflict ? conflict->reason : "no conflict");
	// What the table's property says and what a session asks for are the same. (A winner's metadata is that of the
	// table without the property.)
	if (!winner.change.metadata) {
		bool is_serializable = cell.isolation == IsolationLevel::SERIALIZABLE;
		auto table_says =
		    table.Configuration({{"delta.isolationLevel", is_serializable ? "Serializable" : "WriteSerializable"}});
		conflict = CheckConflict(table_says, ours.change, ours.read_set, theirs);
		EXPECT_EQ(JudgeConflict(conflict), cell.expected) << "by the table's property";
	}
}

// --- both work on the same partition ---------------------------------------------------------------------------

const ConflictTable SAME_PARTITION = {true, true, EU, EU};

const std::vector<OperationKind> EVERY_KIND = {
    APPEND,        SELF_INSERT,   UPDATE, VECTOR_DELETE,  FILE_DELETE, MERGE,          OPTIMIZE, OVERWRITE,
    REPLACE_WHERE, REPLACE_TABLE, ALTER,  ENABLE_VECTORS, UPGRADE,     STRICT_UPGRADE, STREAM,   DROP};

// clang-format off
const std::vector<Row> SAME_PARTITION_ROWS = {
    //               App Sel Upd Vec Fil Mer Opt Ovw RWh RTb Alt EnV Upg Str Stm Drp
    {APPEND,         ".  .   .   .   .   .   .   .   .   M   M   .   .   P   .   X"},
    {SELF_INSERT,    "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    {UPDATE,         "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    {VECTOR_DELETE,  "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    {FILE_DELETE,    "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    {MERGE,          "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    // Rows that others add do not concern it, files that they take do.
    {OPTIMIZE,       ".  .   R   R   R   R   R   R   R   M   M   .   .   P   .   X"},
    // The trap: it has read every row, so that a concurrent append kills it.
    {OVERWRITE,      "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    {REPLACE_WHERE,  "A. A   A   R   R   A   A   A   A   M   M   .   .   P   A.  X"},
    // With metadata of its own every added file counts, under WriteSerializable too, and no property is harmless.
    {REPLACE_TABLE,  "A  A   A   R   R   A   A   A   A   M   M   M   .   P   A   X"},
    {ALTER,          ".  .   .   .   .   .   .   .   .   M   M   M   .   P   .   X"},
    {ENABLE_VECTORS, ".  .   .   .   .   .   .   .   .   M   M   M   .   P   .   X"},
    // Its protocol was made from the old one.
    {UPGRADE,        ".  .   .   .   .   .   .   .   .   M   M   M   P   P   .   X"},
    {STRICT_UPGRADE, ".  .   .   .   .   .   .   .   .   M   M   M   P   P   .   X"},
    {STREAM,         ".  .   .   .   .   .   .   .   .   M   M   .   .   P   T   X"},
    {DROP,           "A  A   A   R   R   A   A   A   A   M   M   M   .   P   A   X"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(SamePartition, ConflictMatrix,
                         testing::ValuesIn(CellsOf(SAME_PARTITION, EVERY_KIND, SAME_PARTITION_ROWS)), NameOfCell);

// --- they work on different partitions -------------------------------------------------------------------------

const ConflictTable OTHER_PARTITION = {true, true, EU, US};

const std::vector<OperationKind> DATA_KINDS = {APPEND, SELF_INSERT, UPDATE,    VECTOR_DELETE, FILE_DELETE,
                                               MERGE,  OPTIMIZE,    OVERWRITE, REPLACE_WHERE, STREAM};

// clang-format off
const std::vector<Row> ELSEWHERE_ROWS = {
    //               App Sel Upd Vec Fil Mer Opt Ovw RWh Stm
    {APPEND,         ".  .   .   .   .   .   .   .   .   ."},
    {SELF_INSERT,    ".  .   .   .   .   .   .   R   .   ."},
    {UPDATE,         ".  .   .   .   .   .   .   R   .   ."},
    {VECTOR_DELETE,  ".  .   .   .   .   .   .   R   .   ."},
    {FILE_DELETE,    ".  .   .   .   .   .   .   R   .   ."},
    {MERGE,          ".  .   .   .   .   .   .   R   .   ."},
    {OPTIMIZE,       ".  .   .   .   .   .   .   R   .   ."},
    {OVERWRITE,      "A. A   A   R   R   A   A   A   A   A."},
    {REPLACE_WHERE,  ".  .   .   .   .   .   .   R   .   ."},
    {STREAM,         ".  .   .   .   .   .   .   .   .   T"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(OtherPartition, ConflictMatrix,
                         testing::ValuesIn(CellsOf(OTHER_PARTITION, DATA_KINDS, ELSEWHERE_ROWS)), NameOfCell);

// --- no partitions: statistics alone tell the rows apart ---------------------------------------------------------

const ConflictTable OTHER_RANGE = {false, true, EU, US};

INSTANTIATE_TEST_SUITE_P(OtherRange, ConflictMatrix,
                         testing::ValuesIn(CellsOf(OTHER_RANGE, DATA_KINDS, ELSEWHERE_ROWS)), NameOfCell);

// --- no partitions and no statistics: every added file may hold what was read --------------------------------------

const ConflictTable NOTHING_KNOWN = {false, false, EU, US};

// clang-format off
const std::vector<Row> NOTHING_KNOWN_ROWS = {
    //               App Sel Upd Vec Fil Mer Opt Ovw RWh Stm
    {APPEND,         ".  .   .   .   .   .   .   .   .   ."},
    // The trap: OPTIMIZE of files that were never read aborts a statement, because its new file might match. So does a
    // deletion vector: its file is added again.
    {SELF_INSERT,    "A. A   A   A   .   A   A   A   A   A."},
    {UPDATE,         "A. A   A   A   .   A   A   A   A   A."},
    {VECTOR_DELETE,  "A. A   A   A   .   A   A   A   A   A."},
    {FILE_DELETE,    "A. A   A   A   .   A   A   A   A   A."},
    {MERGE,          "A. A   A   A   .   A   A   A   A   A."},
    {OPTIMIZE,       ".  .   .   .   .   .   .   R   .   ."},
    {OVERWRITE,      "A. A   A   R   R   A   A   A   A   A."},
    {REPLACE_WHERE,  "A. A   A   A   .   A   A   A   A   A."},
    {STREAM,         ".  .   .   .   .   .   .   .   .   T"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(NothingKnown, ConflictMatrix,
                         testing::ValuesIn(CellsOf(NOTHING_KNOWN, DATA_KINDS, NOTHING_KNOWN_ROWS)), NameOfCell);

// --- no partitions, the same files ---------------------------------------------------------------------------------

const ConflictTable SAME_FILES = {false, true, EU, EU};

// clang-format off
const std::vector<Row> SAME_FILES_ROWS = {
    //               App Sel Upd Vec Fil Mer Opt Ovw RWh Stm
    {APPEND,         ".  .   .   .   .   .   .   .   .   ."},
    {SELF_INSERT,    "A. A   A   R   R   A   A   A   A   A."},
    {UPDATE,         "A. A   A   R   R   A   A   A   A   A."},
    {VECTOR_DELETE,  "A. A   A   R   R   A   A   A   A   A."},
    {FILE_DELETE,    "A. A   A   R   R   A   A   A   A   A."},
    {MERGE,          "A. A   A   R   R   A   A   A   A   A."},
    {OPTIMIZE,       ".  .   R   R   R   R   R   R   R   ."},
    {OVERWRITE,      "A. A   A   R   R   A   A   A   A   A."},
    {REPLACE_WHERE,  "A. A   A   R   R   A   A   A   A   A."},
    {STREAM,         ".  .   .   .   .   .   .   .   .   T"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(SameFiles, ConflictMatrix, testing::ValuesIn(CellsOf(SAME_FILES, DATA_KINDS, SAME_FILES_ROWS)),
                         NameOfCell);

} // namespace

} // namespace merganser
