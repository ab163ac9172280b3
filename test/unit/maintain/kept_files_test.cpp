#include "maintain/kept_files.hpp"

#include "base/error.hpp"
#include "support/expect_error.hpp"

#include <gtest/gtest.h>

namespace merganser {

namespace {

AddFile File(const std::string &path) {
	AddFile file;
	file.path = path;
	return file;
}

RemoveFile Tombstone(const std::string &path, std::optional<int64_t> deleted_ms) {
	RemoveFile removed;
	removed.path = path;
	removed.deletion_timestamp = deleted_ms;
	return removed;
}

DeletionVectorDescriptor Vector(char storage_type, const std::string &path) {
	DeletionVectorDescriptor vector;
	vector.storage_type = storage_type;
	vector.path_or_inline_dv = path;
	return vector;
}

bool Keeps(const std::string &log_path, const std::string &relative_path) {
	KeptFiles kept;
	kept.Keep(File(log_path));
	return kept.Contains(relative_path);
}

} // namespace

TEST(KeptFiles, APathIsKeptDecodedAndAsItStands) {
	EXPECT_TRUE(Keeps("p=a%20b/x.parquet", "p=a b/x.parquet"));
	EXPECT_TRUE(Keeps("p=a%20b/x.parquet", "p=a%20b/x.parquet"));
	EXPECT_TRUE(Keeps("p=a%253Ab/x.parquet", "p=a%3Ab/x.parquet"));
	EXPECT_TRUE(Keeps("p=a b/x.parquet", "p=a b/x.parquet"));
	EXPECT_FALSE(Keeps("p=a%20b/x.parquet", "p=a b/y.parquet"));
}

TEST(KeptFiles, APathThatIsNoUriKeepsTheFileOfJustThatName) {
	EXPECT_TRUE(Keeps("100%.parquet", "100%.parquet"));
	EXPECT_TRUE(Keeps("a%zz.parquet", "a%zz.parquet"));
}

TEST(KeptFiles, DotsAndSlashesAreResolved) {
	EXPECT_TRUE(Keeps("./x.parquet", "x.parquet"));
	EXPECT_TRUE(Keeps("p=1//x.parquet", "p=1/x.parquet"));
	EXPECT_TRUE(Keeps("p=1/../p=2/x.parquet", "p=2/x.parquet"));
	// Out of the table's folder, and in again.
	EXPECT_TRUE(Keeps("../t/p=1/x.parquet", "p=1/x.parquet"));
	EXPECT_TRUE(Keeps("%2E%2E/t/x.parquet", "x.parquet"));
}

TEST(KeptFiles, AnAbsolutePathKeepsWhatItCouldMeanHere) {
	for (const auto *path : {"/lake/t/p=1/x.parquet", "file:///lake/t/p=1/x.parquet", "file:/lake/t/p=1/x.parquet",
	                         "s3a://bucket/lake/t/p=1/x.parquet", "/other/name/of/t/p=1/x.parquet"}) {
		EXPECT_TRUE(Keeps(path, "p=1/x.parquet")) << path;
		EXPECT_FALSE(Keeps(path, "p=2/x.parquet")) << path;
	}
}

TEST(KeptFiles, AddsRemovesAndChangeFilesAreKeptWithTheirVectors) {
	KeptFiles kept;
	auto add = File("a");
	add.deletion_vector = Vector('u', "ab^-aqEH.-t@S}K{vb[*k^");
	kept.Keep(add);
	auto removed = Tombstone("r", std::nullopt);
	removed.deletion_vector = Vector('p', "/lake/t/dv.bin");
	kept.Keep(removed);
	AddCdcFile change;
	change.path = "_change_data/c";
	kept.Keep(change);
	kept.Keep(CommitInfo());
	for (const auto *path :
	     {"a", "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin", "r", "dv.bin", "_change_data/c"}) {
		EXPECT_TRUE(kept.Contains(path)) << path;
	}
	EXPECT_FALSE(kept.Contains("b"));
}

TEST(KeptFiles, AnInlineVectorHasNoFile) {
	KeptFiles kept;
	auto add = File("a");
	add.deletion_vector = Vector('i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L");
	kept.Keep(add);
	EXPECT_TRUE(kept.Contains("a"));
}

TEST(KeptFiles, AVectorWhoseFileCannotBeNamedIsAnError) {
	KeptFiles kept;
	auto add = File("a");
	add.deletion_vector = Vector('u', "short");
	ExpectError(ErrorKind::CORRUPT, "too short", [&] { kept.Keep(add); });
}

TEST(KeptFiles, ATombstoneIsKeptFromTheCutoffOnAndWithoutATime) {
	KeptFiles kept;
	kept.KeepTombstone(Tombstone("before", 99), 100);
	kept.KeepTombstone(Tombstone("at", 100), 100);
	kept.KeepTombstone(Tombstone("without", std::nullopt), 100);
	EXPECT_FALSE(kept.Contains("before"));
	EXPECT_TRUE(kept.Contains("at"));
	EXPECT_TRUE(kept.Contains("without"));
}

TEST(KeptFiles, PathsCanBeAddedAfterTheyWereAskedFor) {
	KeptFiles kept;
	kept.Keep(File("a"));
	EXPECT_FALSE(kept.Contains("b"));
	kept.Keep(File("b"));
	EXPECT_TRUE(kept.Contains("a"));
	EXPECT_TRUE(kept.Contains("b"));
}

TEST(KeptFiles, AMillionFilesTakeEightBytesEach) {
	KeptFiles kept;
	for (int i = 0; i < 1000000; i++) {
		kept.Keep(File("part-" + std::to_string(i) + "-00000000-0000-0000-0000-000000000000.snappy.parquet"));
	}
	EXPECT_TRUE(kept.Contains("part-7-00000000-0000-0000-0000-000000000000.snappy.parquet"));
	EXPECT_LE(kept.MemoryBytes(), 2 * 8 * 1000000u);
}

} // namespace merganser
