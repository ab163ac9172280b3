#include "base/random.hpp"
#include "protocol/partition_value.hpp"
#include "scan/file_pruning.hpp"
#include "scan_fixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace merganser {

namespace {

//! The oracle's truth values.
enum class Truth { FALSE_VALUE, NULL_VALUE, TRUE_VALUE };

using Row = std::vector<Scalar>;

constexpr size_t DATA_COLUMNS = 5;

const std::vector<FixtureColumn> &Columns() {
	static const std::vector<FixtureColumn> columns = {{"i", DataType::Primitive(TypeKind::LONG)},
	                                                   {"s", DataType::Primitive(TypeKind::STRING)},
	                                                   {"d", DataType::Primitive(TypeKind::DOUBLE)},
	                                                   {"f", DataType::Primitive(TypeKind::FLOAT)},
	                                                   {"n", DataType::Decimal(10, 2)},
	                                                   {"p", DataType::Primitive(TypeKind::STRING)},
	                                                   {"q", DataType::Primitive(TypeKind::DOUBLE)}};
	return columns;
}

double RandomDouble(Random &random) {
	constexpr double INFINITE = std::numeric_limits<double>::infinity();
	const double values[] = {
	    std::numeric_limits<double>::quiet_NaN(), -INFINITE, INFINITE, -0.0, 0.0, 0.1, 1.5, -2.25, 1e300, 0.3};
	return values[random.Below(std::size(values))];
}

std::string RandomText(Random &random) {
	const std::string pieces[] = {"a", "b", "", "é", "\xf0\x9f\xa6\x86", "zz"};
	std::string text = pieces[random.Below(6)] + pieces[random.Below(6)];
	if (random.Below(4) == 0) {
		// Long enough to be truncated, equal in front.
		text = std::string(31, 'x') + text;
	}
	return text;
}

//! Values of partition columns never are "" (that means NULL) nor NULL here.
Scalar RandomValue(Random &random, size_t column) {
	switch (column) {
	case 0:
		return int64_t(random.Below(8)) - 3;
	case 1:
		return RandomText(random);
	case 2:
		return RandomDouble(random);
	case 3: {
		double value = RandomDouble(random);
		return double(std::isfinite(value) && std::abs(value) > 1e30 ? 1e30f : float(value));
	}
	case 4:
		return Int128(int64_t(random.Below(900)) - 300);
	case 5:
		return "p" + std::to_string(random.Below(3));
	default: {
		double value = RandomDouble(random);
		return std::isfinite(value) ? value : 0.5;
	}
	}
}

int Order(const Scalar &left, const Scalar &right) {
	if (auto number = std::get_if<double>(&left)) {
		double other = std::get<double>(right);
		bool left_nan = std::isnan(*number);
		bool right_nan = std::isnan(other);
		if (left_nan || right_nan) {
			return int(left_nan) - int(right_nan);
		}
		return *number < other ? -1 : int(*number > other);
	}
	return left < right ? -1 : int(right < left);
}

Truth Negate(Truth truth) {
	return Truth(2 - int(truth));
}

Truth CompareTruth(CompareOp op, int order) {
	bool truth = op == CompareOp::EQUAL        ? order == 0
	             : op == CompareOp::NOT_EQUAL  ? order != 0
	             : op == CompareOp::LESS       ? order < 0
	             : op == CompareOp::LESS_EQUAL ? order <= 0
	             : op == CompareOp::GREATER    ? order > 0
	                                           : order >= 0;
	return truth ? Truth::TRUE_VALUE : Truth::FALSE_VALUE;
}

//! A random condition, and what it is on a row. UNKNOWN stands for `unknown`, ALWAYS_FALSE for `never_true`: both drawn
//! per row.
struct Condition {
	enum class Kind { LEAF, AND, OR, NOT, UNKNOWN, NEVER };
	Kind kind = Kind::LEAF;
	Predicate::Kind leaf = Predicate::Kind::COMPARE;
	size_t column = 0;
	CompareOp op = CompareOp::EQUAL;
	std::vector<Scalar> values;
	std::vector<Condition> children;

	static Condition Make(Random &random, int depth) {
		Condition result;
		auto choice = random.Below(depth > 0 ? 10 : 5);
		if (choice >= 5) {
			result.kind = choice < 7 ? Kind::AND : choice < 9 ? Kind::OR : Kind::NOT;
			size_t children = result.kind == Kind::NOT ? 1 : 2 + random.Below(2);
			for (size_t i = 0; i < children; i++) {
				result.children.push_back(Make(random, depth - 1));
			}
			return result;
		}
		if (random.Below(12) == 0) {
			result.kind = random.Below(2) ? Kind::UNKNOWN : Kind::NEVER;
			return result;
		}
		result.MakeLeaf(random);
		return result;
	}

	void MakeLeaf(Random &random) {
		column = random.Below(Columns().size());
		op = CompareOp(random.Below(6));
		const Predicate::Kind kinds[] = {Predicate::Kind::COMPARE,     Predicate::Kind::COMPARE,
		                                 Predicate::Kind::IN,          Predicate::Kind::IS_NULL,
		                                 Predicate::Kind::IS_NOT_NULL, Predicate::Kind::STARTS_WITH};
		leaf = kinds[random.Below(6)];
		if (leaf == Predicate::Kind::STARTS_WITH) {
			column = random.Below(2) ? 1 : 5;
		}
		size_t count = leaf == Predicate::Kind::IN ? 1 + random.Below(4) : 1;
		for (size_t i = 0; i < count; i++) {
			values.push_back(RandomValue(random, column));
		}
		if (leaf == Predicate::Kind::IN && random.Below(5) == 0) {
			values.emplace_back();
		}
	}

	PredicatePtr ToPredicate() const {
		std::vector<PredicatePtr> parts;
		for (auto &child : children) {
			parts.push_back(child.ToPredicate());
		}
		switch (kind) {
		case Kind::AND:
			return Predicate::And(std::move(parts));
		case Kind::OR:
			return Predicate::Or(std::move(parts));
		case Kind::NOT:
			return Predicate::Not(parts[0]);
		case Kind::UNKNOWN:
			return Predicate::Unknown();
		case Kind::NEVER:
			return Predicate::AlwaysFalse();
		case Kind::LEAF:
			break;
		}
		ColumnPath path {Columns()[column].name};
		switch (leaf) {
		case Predicate::Kind::IN:
			return Predicate::In(path, values);
		case Predicate::Kind::IS_NULL:
			return Predicate::IsNull(path);
		case Predicate::Kind::IS_NOT_NULL:
			return Predicate::IsNotNull(path);
		case Predicate::Kind::STARTS_WITH:
			return Predicate::StartsWith(path, std::get<std::string>(values[0]));
		default:
			return Predicate::Compare(path, op, values[0]);
		}
	}

	Truth LeafTruth(const Row &row) const {
		auto &value = row[column];
		bool is_null = IsNull(value);
		if (leaf == Predicate::Kind::IS_NULL || leaf == Predicate::Kind::IS_NOT_NULL) {
			return is_null == (leaf == Predicate::Kind::IS_NULL) ? Truth::TRUE_VALUE : Truth::FALSE_VALUE;
		}
		if (is_null) {
			return Truth::NULL_VALUE;
		}
		if (leaf == Predicate::Kind::STARTS_WITH) {
			bool truth = std::get<std::string>(value).starts_with(std::get<std::string>(values[0]));
			return truth ? Truth::TRUE_VALUE : Truth::FALSE_VALUE;
		}
		if (leaf == Predicate::Kind::COMPARE) {
			return CompareTruth(op, Order(value, values[0]));
		}
		Truth result = Truth::FALSE_VALUE;
		for (auto &candidate : values) {
			result = std::max(result, IsNull(candidate) ? Truth::NULL_VALUE
			                                            : CompareTruth(CompareOp::EQUAL, Order(value, candidate)));
		}
		return result;
	}

	Truth TruthOf(const Row &row, Random &random) const {
		switch (kind) {
		case Kind::LEAF:
			return LeafTruth(row);
		case Kind::NOT:
			return Negate(children[0].TruthOf(row, random));
		case Kind::UNKNOWN:
			return Truth(random.Below(3));
		case Kind::NEVER:
			return Truth(random.Below(2));
		case Kind::AND:
		case Kind::OR:
			break;
		}
		Truth result = kind == Kind::AND ? Truth::TRUE_VALUE : Truth::FALSE_VALUE;
		for (auto &child : children) {
			auto truth = child.TruthOf(row, random);
			result = kind == Kind::AND ? std::min(result, truth) : std::max(result, truth);
		}
		return result;
	}
};

//! One data file: all rows that were written (statistics are of these) and those that a deletion vector left.
struct RandomFile {
	std::vector<Row> physical;
	std::vector<Row> live;
	AddFile add;
};

//! Lets the statistics of one column be as writers leave them: bounds of what is not NULL and not NaN, sometimes wide,
//! sometimes absent.
ColumnStatistics GatherColumn(const std::vector<Row> &rows, size_t column, Random &random) {
	ColumnStatistics result;
	int64_t nulls = 0;
	for (auto &row : rows) {
		auto &value = row[column];
		if (IsNull(value)) {
			nulls++;
			continue;
		}
		auto number = std::get_if<double>(&value);
		if (number && std::isnan(*number)) {
			continue;
		}
		result.min = !result.min || Order(value, *result.min) < 0 ? value : result.min;
		result.max = !result.max || Order(value, *result.max) > 0 ? value : result.max;
	}
	result.null_count = nulls;
	if (random.Below(5) == 0 && result.min && column == 0) {
		result.min = std::get<int64_t>(*result.min) - int64_t(random.Below(3));
		result.max = std::get<int64_t>(*result.max) + int64_t(random.Below(3));
	}
	if (random.Below(6) == 0) {
		result.min.reset();
	}
	if (random.Below(6) == 0) {
		result.max.reset();
	}
	if (random.Below(6) == 0) {
		result.null_count.reset();
	}
	return result;
}

RandomFile MakeRandomFile(Random &random, const TableConfiguration &configuration, size_t number) {
	RandomFile file;
	Scalar p = random.Below(6) == 0 ? Scalar() : RandomValue(random, 5);
	Scalar q = random.Below(6) == 0 ? Scalar() : RandomValue(random, 6);
	size_t rows = 1 + random.Below(5);
	bool narrow = random.Below(3) == 0;
	Row first;
	for (size_t r = 0; r < rows; r++) {
		Row row;
		for (size_t column = 0; column < DATA_COLUMNS; column++) {
			row.push_back(random.Below(5) == 0 ? Scalar() : RandomValue(random, column));
		}
		row.push_back(p);
		row.push_back(q);
		// Files of equal rows are the ones that match whole.
		first = r == 0 ? row : first;
		file.physical.push_back(narrow ? first : row);
	}
	FileStatistics statistics;
	if (random.Below(8) != 0) {
		statistics.num_records = int64_t(rows);
	}
	for (size_t column = 0; column < DATA_COLUMNS; column++) {
		statistics.columns.push_back(GatherColumn(file.physical, column, random));
	}
	bool has_deletions = random.Below(3) == 0;
	statistics.tight_bounds = !has_deletions;
	for (auto &row : file.physical) {
		if (!has_deletions || random.Below(2)) {
			file.live.push_back(row);
		}
	}
	auto stats = random.Below(10) == 0 ? std::string() : WriteStatistics(statistics, configuration.DataLeaves());
	file.add = MakeFile(
	    "f" + std::to_string(number), stats,
	    {{"p", WritePartitionValue(p, *Columns()[5].type)}, {"q", WritePartitionValue(q, *Columns()[6].type)}});
	return file;
}

struct Tally {
	size_t kept = 0;
	size_t left_out = 0;
	size_t whole = 0;
};

void CheckSelection(const std::vector<RandomFile> &files, const FileSelection &selection, const Condition &condition,
                    Random &random) {
	std::vector<int> state(files.size(), -1);
	for (size_t i = 0; i < selection.files.size(); i++) {
		state[selection.files[i].row] = selection.all_rows_match[i];
	}
	for (size_t f = 0; f < files.size(); f++) {
		for (auto &row : files[f].live) {
			auto truth = condition.TruthOf(row, random);
			auto where = condition.ToPredicate()->ToString() + " on " + files[f].add.stats.value_or("no statistics");
			ASSERT_FALSE(state[f] == -1 && truth == Truth::TRUE_VALUE) << "a matching row was pruned: " << where;
			ASSERT_FALSE(state[f] == 1 && truth != Truth::TRUE_VALUE) << "not every row matches: " << where;
		}
	}
}

void RunCase(uint64_t seed, Tally &tally) {
	SeededRandom random(seed);
	auto configuration = MakeConfiguration(Columns(), {"p", "q"});
	std::vector<RandomFile> files;
	std::vector<AddFile> adds;
	for (size_t i = 0; i < 12; i++) {
		files.push_back(MakeRandomFile(random, *configuration, i));
		adds.push_back(files.back().add);
	}
	auto list = MakeList(std::make_shared<FakeBatch>(adds, configuration));
	for (int round = 0; round < 8; round++) {
		auto condition = Condition::Make(random, 3);
		auto predicate = condition.ToPredicate();
		auto selection = PruneFiles(list, *configuration, *predicate);
		CheckSelection(files, selection, condition, random);
		std::vector<bool> selected(files.size());
		for (size_t i = 0; i < selection.files.size(); i++) {
			selected[selection.files[i].row] = true;
			tally.whole += selection.all_rows_match[i];
		}
		for (size_t f = 0; f < files.size(); f++) {
			ASSERT_EQ(FileMayMatch(adds[f], *configuration, *predicate), selected[f]) << predicate->ToString();
		}
		auto narrowed = PruneSelection(list, *configuration, SelectAllFiles(list), *predicate);
		ASSERT_EQ(narrowed.files.size(), selection.files.size());
		tally.kept += selection.files.size();
		tally.left_out += files.size() - selection.files.size();
	}
}

} // namespace

TEST(PruningDifferential, NeverLosesAMatchingRow) {
	Tally tally;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		RunCase(seed, tally);
		if (HasFatalFailure()) {
			FAIL() << "seed " << seed;
		}
	}
	// A pruner that keeps everything would pass the checks above.
	EXPECT_GT(tally.left_out, tally.kept / 8);
	EXPECT_GT(tally.whole, 1000u);
}

} // namespace merganser
