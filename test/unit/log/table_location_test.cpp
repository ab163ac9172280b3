#include "log_fixture.hpp"

#include "log/file_key.hpp"
#include "store/local_store.hpp"

namespace merganser {

namespace {

class TableLocationTest : public ::testing::Test {
protected:
	TableLocation local {std::make_shared<LocalStore>(), "/data/lake/t", "lake.t"};
	TableLocation remote {std::make_shared<MemoryStore>(), "bucket/lake/t", "lake.t"};
};

} // namespace

TEST_F(TableLocationTest, LogPaths) {
	EXPECT_EQ(local.LogFolder(), "/data/lake/t/_delta_log");
	EXPECT_EQ(local.CommitPath(7), "/data/lake/t/_delta_log/00000000000000000007.json");
}

TEST_F(TableLocationTest, RelativePathsAreDecodedOnce) {
	EXPECT_EQ(remote.ResolveFile("p=a%20b/f.parquet"), "bucket/lake/t/p=a b/f.parquet");
	EXPECT_EQ(remote.ResolveFile("p=10%253A30/f.parquet"), "bucket/lake/t/p=10%3A30/f.parquet");
	EXPECT_ERROR(remote.ResolveFile("a%2"), ErrorKind::CORRUPT, "percent");
	EXPECT_ERROR(remote.ResolveFile(""), ErrorKind::CORRUPT, "without a path");
}

TEST_F(TableLocationTest, ClimbingOutIsCorrupt) {
	EXPECT_ERROR(remote.ResolveFile("../other/f.parquet"), ErrorKind::CORRUPT, "leads out");
	EXPECT_ERROR(remote.ResolveFile("a/%2e%2E/../f.parquet"), ErrorKind::CORRUPT, "leads out");
	EXPECT_EQ(remote.ResolveFile("a/../f.parquet"), "bucket/lake/t/a/../f.parquet");
}

TEST_F(TableLocationTest, AbsolutePathsOnTheLocalStoreOnly) {
	for (auto path :
	     {"/x/f%201.parquet", "file:/x/f%201.parquet", "file:///x/f%201.parquet", "FILE://localhost/x/f%201.parquet"}) {
		EXPECT_EQ(local.ResolveFile(path), "/x/f 1.parquet") << path;
		EXPECT_ERROR(remote.ResolveFile(path), ErrorKind::UNSUPPORTED, "another store");
	}
	for (auto path : {"s3a://bucket/f.parquet", "abfss://a@b/f", "file://server/f"}) {
		EXPECT_ERROR(local.ResolveFile(path), ErrorKind::UNSUPPORTED, "another store");
	}
}

TEST(FileKeyTest, CanonicalPaths) {
	for (auto path : {"/a/b", "file:/a/b", "file:///a/b", "//a/b", "file://localhost/a/b", "File:/a/b"}) {
		EXPECT_EQ(CanonicalPath(path), "/a/b") << path;
		EXPECT_EQ(PathHash(path), PathHash("/a/b"));
	}
	for (auto path : {"a/b", "file", "file:", "file:a", "files:/a", "f.parquet", "s3://a/b", "file://host/a", ""}) {
		EXPECT_EQ(CanonicalPath(path), path);
	}
	EXPECT_EQ(CanonicalPath("/"), "/");
	EXPECT_EQ(CanonicalPath("file:///"), "/");
}

TEST(FileKeyTest, KeysArePathAndDeletionVector) {
	FileKeySet keys;
	DeletionVectorDescriptor vector;
	vector.path_or_inline_dv = "ab^-aqEH.-t@S}K{vb[*k^";
	auto with_offset = vector;
	with_offset.offset = 0;
	EXPECT_TRUE(keys.Insert("a", nullptr));
	EXPECT_TRUE(keys.Insert("a", &vector));
	EXPECT_TRUE(keys.Insert("a", &with_offset));
	EXPECT_FALSE(keys.Insert("a", &vector));
	EXPECT_TRUE(keys.Insert("file:/x", nullptr));
	EXPECT_FALSE(keys.Insert("/x", nullptr));
	EXPECT_FALSE(keys.Contains("b", nullptr));
}

TEST(FileKeyTest, SieveNeverLosesAKey) {
	FileKeySet keys;
	for (int i = 0; i < 5000; i++) {
		keys.Insert("f" + std::to_string(i), nullptr);
	}
	uint32_t passed = 0;
	for (int i = 0; i < 5000; i++) {
		EXPECT_TRUE(keys.MayContain(PathHash("f" + std::to_string(i))));
		passed += keys.MayContain(PathHash("g" + std::to_string(i)));
	}
	EXPECT_LT(passed, 1000u);
}

} // namespace merganser
