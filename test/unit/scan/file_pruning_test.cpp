#include "scan/file_pruning.hpp"
#include "scan_fixture.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace merganser {

namespace {

using Op = CompareOp;

//! One file, one leaf `x`: "k" kept, "-" left out, "a" every row matches.
std::string Judge(TypeKind type, const std::string &stats, const PredicatePtr &predicate) {
	auto configuration = MakeConfiguration({{"x", DataType::Primitive(type)}});
	auto file = MakeFile("f", stats);
	auto list = MakeList(std::make_shared<FakeBatch>(std::vector<AddFile> {file}, configuration));
	auto selection = PruneFiles(list, *configuration, *predicate);
	EXPECT_EQ(FileMayMatch(file, *configuration, *predicate), selection.files.size() == 1);
	EXPECT_EQ(selection.files.size() + selection.pruned_by_partition + selection.pruned_by_statistics,
	          selection.total_files);
	if (selection.files.empty()) {
		return "-";
	}
	return selection.all_rows_match[0] ? "a" : "k";
}

template <class T>
PredicatePtr X(Op op, T value) {
	return Predicate::Compare({"x"}, op, Scalar(value));
}

std::string Stats(const std::string &min, const std::string &max, const std::string &null_count = "0",
                  const std::string &more = "") {
	return R"({"numRecords":10,"minValues":{"x":)" + min + R"(},"maxValues":{"x":)" + max + R"(},"nullCount":{"x":)" +
	       null_count + "}" + more + "}";
}

} // namespace

TEST(FilePruning, ComparisonAgainstBounds) {
	auto stats = Stats("5", "9");
	auto judge = [&](Op op, int64_t value) {
		return Judge(TypeKind::LONG, stats, X(op, value));
	};
	EXPECT_EQ(judge(Op::EQUAL, 4) + judge(Op::EQUAL, 5) + judge(Op::EQUAL, 9) + judge(Op::EQUAL, 10), "-kk-");
	EXPECT_EQ(judge(Op::LESS, 5) + judge(Op::LESS, 6) + judge(Op::LESS, 9) + judge(Op::LESS, 10), "-kka");
	EXPECT_EQ(judge(Op::LESS_EQUAL, 4) + judge(Op::LESS_EQUAL, 5) + judge(Op::LESS_EQUAL, 9), "-ka");
	EXPECT_EQ(judge(Op::GREATER, 9) + judge(Op::GREATER, 8) + judge(Op::GREATER, 4), "-ka");
	EXPECT_EQ(judge(Op::GREATER_EQUAL, 10) + judge(Op::GREATER_EQUAL, 9) + judge(Op::GREATER_EQUAL, 5), "-ka");
	EXPECT_EQ(judge(Op::NOT_EQUAL, 4) + judge(Op::NOT_EQUAL, 5), "ak");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("7", "7"), X(Op::NOT_EQUAL, int64_t(7))), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("7", "7"), X(Op::EQUAL, int64_t(7))), "a");
}

TEST(FilePruning, NullsAreNeverTrueAndNegationDoesNotMakeThemSo) {
	auto some = Stats("5", "9", "3");
	auto equal = X(Op::EQUAL, int64_t(1));
	EXPECT_EQ(Judge(TypeKind::LONG, some, X(Op::LESS, int64_t(10))), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, some, Predicate::Not(equal)), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "0"), Predicate::Not(equal)), "a");
	std::string all_null = R"({"numRecords":10,"nullCount":{"x":10}})";
	EXPECT_EQ(Judge(TypeKind::LONG, all_null, equal), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, all_null, Predicate::Not(equal)), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, all_null, Predicate::IsNull({"x"})), "a");
	EXPECT_EQ(Judge(TypeKind::LONG, all_null, Predicate::IsNotNull({"x"})), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, some, Predicate::IsNull({"x"})), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "0"), Predicate::IsNull({"x"})), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "0"), Predicate::IsNotNull({"x"})), "a");
}

TEST(FilePruning, WideBoundsStillPruneButNullCountOnlyAtItsEnds) {
	std::string wide = R"(,"tightBounds":false)";
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "0", wide), X(Op::EQUAL, int64_t(4))), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "3", wide), Predicate::IsNull({"x"})), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "3", wide), Predicate::IsNotNull({"x"})), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9", "0", wide), Predicate::IsNull({"x"})), "-");
}

TEST(FilePruning, UnusableStatisticsKeepTheFile) {
	auto far = X(Op::EQUAL, int64_t(100));
	EXPECT_EQ(Judge(TypeKind::LONG, "", far), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, "not json", far), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, R"({"numRecords":10})", far), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, R"({"minValues":{"x":5}})", far), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, R"({"maxValues":{"x":5}})", far), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("9", "5"), far), "k") << "minimum above maximum";
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9"), X(Op::EQUAL, std::string("100"))), "k")
	    << "constant of another type";
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9"), Predicate::Compare({"gone"}, Op::EQUAL, int64_t(1))), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "9"), Predicate::AlwaysFalse()), "-");
}

TEST(FilePruning, UnknownUnderNotKeepsTheFile) {
	auto inside = Predicate::And({Predicate::Unknown(), X(Op::EQUAL, int64_t(7))});
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("7", "7"), Predicate::Not(inside)), "k");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("7", "7"), inside), "k") << "not known to match whole";
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "6"), inside), "-");
	auto null_in_list = Predicate::In({"x"}, {Scalar(), int64_t(7)});
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "6"), null_in_list), "-");
	EXPECT_EQ(Judge(TypeKind::LONG, Stats("5", "6"), Predicate::Not(null_in_list)), "k");
}

TEST(FilePruning, FloatsMayHoldNanAboveTheirMaximum) {
	auto judge = [&](Op op, double value) {
		return Judge(TypeKind::DOUBLE, Stats("1.5", "3.5"), X(op, value));
	};
	double nan = std::numeric_limits<double>::quiet_NaN();
	EXPECT_EQ(judge(Op::GREATER, 5) + judge(Op::GREATER_EQUAL, 5) + judge(Op::NOT_EQUAL, 5) + judge(Op::EQUAL, nan),
	          "kkak");
	EXPECT_EQ(judge(Op::GREATER, 1) + judge(Op::LESS, 100), "ak")
	    << "NaN is greater than 1 too; it is not less than 100";
	EXPECT_EQ(judge(Op::LESS, 1) + judge(Op::LESS_EQUAL, 1.4) + judge(Op::EQUAL, 5) + judge(Op::EQUAL, 1), "----");
	EXPECT_EQ(judge(Op::GREATER, nan) + judge(Op::LESS, nan) + judge(Op::GREATER_EQUAL, nan) +
	              judge(Op::LESS_EQUAL, nan),
	          "-kka");
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("2.5", "2.5"), X(Op::NOT_EQUAL, 2.5)), "k");
	auto list = Predicate::In({"x"}, {10.0, nan});
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("1.5", "3.5"), list), "k");
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("1.5", "3.5"), Predicate::In({"x"}, {10.0, 11.0})), "-");
}

TEST(FilePruning, ZeroHasNoSign) {
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("0.0", "0.0"), X(Op::EQUAL, -0.0)), "k");
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("-0.0", "-0.0"), X(Op::EQUAL, 0.0)), "k");
	EXPECT_EQ(Judge(TypeKind::DOUBLE, Stats("0.0", "1.0"), X(Op::LESS, -0.0)), "-");
}

TEST(FilePruning, FloatBoundsThatWentThroughDecimalText) {
	auto stats = Stats("0.1", "0.1");
	EXPECT_EQ(Judge(TypeKind::FLOAT, stats, X(Op::EQUAL, double(0.1f))), "k");
	EXPECT_EQ(Judge(TypeKind::FLOAT, stats, Predicate::In({"x"}, {double(0.1f), 7.0})), "k");
	EXPECT_EQ(Judge(TypeKind::FLOAT, stats, X(Op::EQUAL, double(0.2f))), "-");
}

TEST(FilePruning, PrefixOverTruncatedBounds) {
	auto judge = [&](const std::string &min, const std::string &max, const std::string &prefix) {
		return Judge(TypeKind::STRING, Stats('"' + min + '"', '"' + max + '"'), Predicate::StartsWith({"x"}, prefix));
	};
	EXPECT_EQ(judge("abc", "abz", "ab"), "a");
	EXPECT_EQ(judge("ab", "ac", "ab"), "k");
	EXPECT_EQ(judge("b", "c", "ab"), "-");
	EXPECT_EQ(judge("aa", "aazz", "ab"), "-");
	EXPECT_EQ(judge("aba", "b", "ab"), "k");
	EXPECT_EQ(judge("a", "b", ""), "a");
	EXPECT_EQ(judge("abcd", "abcz", "abcdefgh"), "k");
}

TEST(FilePruning, PartitionValuesDecideExactly) {
	auto configuration = MakeConfiguration(
	    {{"x", DataType::Primitive(TypeKind::LONG)}, {"p", DataType::Primitive(TypeKind::INTEGER)}}, {"p"});
	std::vector<AddFile> files;
	for (std::optional<std::string> value :
	     {std::optional<std::string>("1"), {"2"}, {std::nullopt}, {""}, {"not a number"}}) {
		files.push_back(MakeFile("f" + std::to_string(files.size()), Stats("5", "9"), {{"p", value}}));
	}
	auto batch = std::make_shared<FakeBatch>(files, configuration);
	auto list = MakeList(batch);
	auto kept = [&](const PredicatePtr &predicate) {
		std::string result;
		auto selection = PruneFiles(list, *configuration, *predicate);
		for (size_t i = 0; i < selection.files.size(); i++) {
			result += std::to_string(selection.files[i].row) + (selection.all_rows_match[i] ? "a" : "");
		}
		return result;
	};
	EXPECT_EQ(kept(Predicate::Compare({"p"}, Op::EQUAL, int64_t(2))), "1a4");
	EXPECT_EQ(kept(Predicate::Not(Predicate::Compare({"p"}, Op::EQUAL, int64_t(2)))), "0a4");
	EXPECT_EQ(kept(Predicate::IsNull({"p"})), "2a3a4");
	EXPECT_EQ(kept(Predicate::In({"p"}, {int64_t(1), int64_t(2)})), "0a1a4");
	EXPECT_TRUE(batch->loaded_leaves.empty()) << "no statistics are needed for partition columns";
	EXPECT_EQ(kept(Predicate::Or({Predicate::Compare({"p"}, Op::EQUAL, int64_t(2)), X(Op::EQUAL, int64_t(1))})), "1a4");
	auto both = Predicate::And({Predicate::Compare({"p"}, Op::EQUAL, int64_t(2)), X(Op::EQUAL, int64_t(1))});
	auto selection = PruneFiles(list, *configuration, *both);
	EXPECT_EQ(selection.files.size(), 0u);
	EXPECT_EQ(selection.pruned_by_partition, 3u);
	EXPECT_EQ(selection.pruned_by_statistics, 2u);
}

TEST(FilePruning, DeadFilesAreNotSelectedAndSelectionsNarrow) {
	auto configuration = MakeConfiguration({{"x", DataType::Primitive(TypeKind::LONG)}});
	std::vector<AddFile> files;
	for (int i = 0; i < 3000; i++) {
		auto bound = std::to_string(i);
		files.push_back(MakeFile("f" + bound, Stats(bound, bound)));
	}
	auto dead = std::make_shared<RowMask>(3000);
	dead->Set(2500);
	auto list = MakeList(std::make_shared<FakeBatch>(files, configuration), dead);
	EXPECT_EQ(SelectAllFiles(list).files.size(), 2999u);
	auto upper = PruneFiles(list, *configuration, *X(Op::GREATER_EQUAL, int64_t(2000)));
	EXPECT_EQ(upper.files.size(), 999u);
	EXPECT_EQ(upper.total_files, 2999u);
	auto narrowed = PruneSelection(list, *configuration, upper, *X(Op::LESS, int64_t(2502)));
	ASSERT_EQ(narrowed.files.size(), 501u);
	EXPECT_EQ(narrowed.files.back().row, 2501u);
	EXPECT_EQ(narrowed.all_rows_match.back(), 1);
	EXPECT_EQ(narrowed.pruned_by_statistics, 2498u);
}

TEST(FilePruning, OnlyNamedLeavesAreLoaded) {
	auto configuration =
	    MakeConfiguration({{"x", DataType::Primitive(TypeKind::LONG)}, {"y", DataType::Primitive(TypeKind::LONG)}});
	auto batch = std::make_shared<FakeBatch>(std::vector<AddFile> {MakeFile("f", Stats("1", "2"))}, configuration);
	PruneFiles(MakeList(batch), *configuration, *Predicate::Compare({"y"}, Op::EQUAL, int64_t(1)));
	EXPECT_EQ(batch->loaded_leaves, std::vector<size_t> {1});
}

} // namespace merganser
