#include "base/error.hpp"
#include "protocol/deletion_vector.hpp"

#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <set>

namespace merganser {
namespace {

DeletionVectorDescriptor Inline(const std::string &text, int32_t size, int64_t cardinality) {
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = 'i';
	descriptor.path_or_inline_dv = text;
	descriptor.size_in_bytes = size;
	descriptor.cardinality = cardinality;
	return descriptor;
}

std::vector<uint32_t> Kept(const DeletionVector &vector, uint64_t start, uint32_t count) {
	std::vector<uint32_t> kept(count);
	kept.resize(vector.SelectKept(start, count, kept.data()));
	return kept;
}

//! The example of the specification is of an older format (magic number 1681511376): this is the same set in the one
//! that is specified.
constexpr const char *EXAMPLE = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L";

TEST(DeletionVector, ReadsInlineVectors) {
	auto vector = ReadInlineDeletionVector(Inline(EXAMPLE, 44, 6), "t");
	EXPECT_EQ(vector.Cardinality(), 6u);
	for (uint64_t row : {3, 4, 7, 11, 18, 29}) {
		EXPECT_TRUE(vector.Contains(row));
	}
	EXPECT_FALSE(vector.Contains(5));
	EXPECT_EQ(Kept(vector, 2, 6), (std::vector<uint32_t> {0, 3, 4}));
	EXPECT_EQ(vector.CountInRange(4, 8), 3u);
	EXPECT_THROW(ReadInlineDeletionVector(Inline(EXAMPLE, 44, 5), "t"), Error);
	EXPECT_THROW(ReadInlineDeletionVector(Inline(EXAMPLE, 45, 6), "t"), Error);
}

TEST(DeletionVector, FileNamesOfTheSpecification) {
	DeletionVectorDescriptor descriptor;
	descriptor.path_or_inline_dv = "ab^-aqEH.-t@S}K{vb[*k^";
	EXPECT_EQ(DeletionVectorFile(descriptor), "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
	descriptor.path_or_inline_dv = "^-aqEH.-t@S}K{vb[*k^";
	EXPECT_EQ(DeletionVectorFile(descriptor), "deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
	for (auto bad : {"", "short", "../^-aqEH.-t@S}K{vb[*k^", "..^-aqEH.-t@S}K{vb[*k^", "~~~~~~~~~~~~~~~~~~~~"}) {
		descriptor.path_or_inline_dv = bad;
		EXPECT_THROW(DeletionVectorFile(descriptor), Error) << bad;
	}
	descriptor.storage_type = 'p';
	descriptor.path_or_inline_dv = "s3://t/x.bin";
	EXPECT_EQ(DeletionVectorFile(descriptor), "s3://t/x.bin");
}

TEST(DeletionVector, ReadsInlineVectorsWithAShortLastGroup) {
	auto vector = ReadInlineDeletionVector(Inline("^Bg9^0rr910000000000iXQKl0rr91000005c8Xg##093", 34, 1), "t");
	EXPECT_EQ(vector.Cardinality(), 1u);
	EXPECT_TRUE(vector.Contains(3));
}

TEST(DeletionVector, Z85) {
	EXPECT_EQ(Z85Encode("\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B"), "HelloWorld");
	EXPECT_EQ(Z85Decode("HelloWorld"), "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B");
	EXPECT_EQ(Z85Decode(""), "");
	for (auto bad : {"Hell", "Hell~", "#####", "###9$", "##093HelloW"}) {
		EXPECT_THROW(Z85Decode(bad), Error) << bad;
	}
}

TEST(DeletionVector, EqualsASetOfNumbers) {
	std::mt19937_64 random(7);
	for (auto density : {2, 50, 5000}) {
		DeletionVector vector;
		std::set<uint64_t> expected;
		const uint64_t base = (uint64_t(1) << 32) - 40000;
		for (int i = 0; i < 20000; i++) {
			uint64_t position = base + random() % (20000ull * density);
			vector.Add(position);
			expected.insert(position);
		}
		for (uint64_t position = base + 39000; position < base + 41000; position++) {
			vector.Add(position);
			expected.insert(position);
		}
		auto copy = DeletionVector::Parse(vector.Serialize(), "t");
		EXPECT_EQ(copy.Cardinality(), expected.size());
		for (int i = 0; i < 300; i++) {
			uint64_t start = i == 0 ? base + 39990 : base + random() % (20000ull * density);
			uint32_t count = random() % 5000;
			std::vector<uint32_t> wanted;
			for (uint32_t j = 0; j < count; j++) {
				if (!expected.count(start + j)) {
					wanted.push_back(j);
				}
			}
			EXPECT_EQ(Kept(copy, start, count), wanted);
			EXPECT_EQ(copy.CountInRange(start, count), count - wanted.size());
		}
	}
}

TEST(DeletionVector, UnionAndCopiesAreIndependent) {
	DeletionVector left, right;
	left.Add(1);
	right.Add(2);
	right.Add(uint64_t(5) << 32);
	DeletionVector both(left);
	both.UnionWith(right);
	EXPECT_EQ(both.Cardinality(), 3u);
	EXPECT_EQ(left.Cardinality(), 1u);
	left = both;
	left.Add(9);
	EXPECT_EQ(both.Cardinality(), 3u);
	EXPECT_EQ(both.CountInRange(0, UINT64_MAX), 3u);
	EXPECT_EQ(Kept(DeletionVector(), 10, 3), (std::vector<uint32_t> {0, 1, 2}));
	EXPECT_THROW(left.Add(UINT64_MAX), Error);
}

TEST(DeletionVector, FilesAreChecked) {
	DeletionVector vector;
	for (uint64_t row = 0; row < 100000; row += 3) {
		vector.Add(row);
	}
	DeletionVectorFileContent content("01234567-89ab-cdef-0123-456789abcdef");
	EXPECT_TRUE(content.IsEmpty());
	auto descriptor = content.Add(vector);
	auto &file = content.Bytes();
	EXPECT_EQ(descriptor.storage_type, 'u');
	EXPECT_EQ(DeletionVectorFile(descriptor), "deletion_vector_01234567-89ab-cdef-0123-456789abcdef.bin");
	EXPECT_EQ(content.File(), DeletionVectorFile(descriptor));
	EXPECT_EQ(descriptor.offset, 1);
	EXPECT_EQ(file[0], 1);
	EXPECT_EQ(file.size(), static_cast<size_t>(descriptor.size_in_bytes) + 9);
	EXPECT_EQ(descriptor.cardinality, static_cast<int64_t>(vector.Cardinality()));
	auto block = file.substr(1);
	EXPECT_EQ(ReadDeletionVectorBlock(block, descriptor, "t").Cardinality(), vector.Cardinality());
	for (size_t i : {size_t(0), size_t(3), size_t(4), size_t(40), block.size() - 1}) {
		auto damaged = block;
		damaged[i] = static_cast<char>(damaged[i] ^ 1);
		EXPECT_THROW(ReadDeletionVectorBlock(damaged, descriptor, "t"), Error) << i;
	}
	EXPECT_THROW(ReadDeletionVectorBlock(block.substr(0, block.size() - 1), descriptor, "t"), Error);
	descriptor.cardinality++;
	EXPECT_THROW(ReadDeletionVectorBlock(block, descriptor, "t"), Error);
}

TEST(DeletionVector, OneFileHoldsSeveral) {
	DeletionVectorFileContent content("01234567-89ab-cdef-0123-456789abcdef");
	std::vector<DeletionVectorDescriptor> descriptors;
	for (uint64_t n = 1; n <= 5; n++) {
		DeletionVector vector;
		for (uint64_t row = 0; row < n * 1000; row++) {
			vector.Add(row * n);
		}
		descriptors.push_back(content.Add(vector));
	}
	for (uint64_t n = 1; n <= 5; n++) {
		auto &descriptor = descriptors[n - 1];
		auto block = content.Bytes().substr(static_cast<size_t>(*descriptor.offset));
		auto vector = ReadDeletionVectorBlock(block, descriptor, "t");
		EXPECT_EQ(vector.Cardinality(), n * 1000);
		EXPECT_TRUE(vector.Contains((n * 1000 - 1) * n));
		EXPECT_EQ(descriptor.path_or_inline_dv, descriptors[0].path_or_inline_dv);
	}
}

TEST(DeletionVector, ManyPositionsAreAddedAtOnce) {
	DeletionVector one_by_one;
	DeletionVector together;
	one_by_one.Add(5);
	together.Add(5);
	std::vector<uint32_t> positions;
	for (uint32_t i = 0; i < 20000; i++) {
		// Ascending across containers, then back to some that are in the set.
		positions.push_back(i < 15000 ? i * 7 : (i - 15000) * 11);
		one_by_one.Add(positions.back());
	}
	together.Add(positions);
	together.Add(std::vector<uint32_t>());
	EXPECT_EQ(together.Cardinality(), one_by_one.Cardinality());
	EXPECT_EQ(together.Serialize(), one_by_one.Serialize());
}

TEST(DeletionVector, SmallOnesStandInTheLog) {
	DeletionVector vector;
	for (uint64_t row : {uint64_t(3), uint64_t(70000), uint64_t(1) << 33}) {
		EXPECT_TRUE(vector.AddNew(row));
		EXPECT_FALSE(vector.AddNew(row));
	}
	DeletionVectorFileContent content("01234567-89ab-cdef-0123-456789abcdef");
	auto descriptor = content.AddOrInline(vector);
	EXPECT_TRUE(content.IsEmpty());
	EXPECT_EQ(descriptor.storage_type, 'i');
	EXPECT_FALSE(descriptor.offset);
	EXPECT_EQ(descriptor.cardinality, 3);
	EXPECT_EQ(ReadInlineDeletionVector(descriptor, "t").Serialize(), vector.Serialize());
	for (uint64_t row = 0; row < 5000; row += 2) {
		vector.Add(row * row);
	}
	descriptor = content.AddOrInline(vector);
	EXPECT_FALSE(content.IsEmpty());
	EXPECT_EQ(descriptor.storage_type, 'u');
	auto block = content.Bytes().substr(static_cast<size_t>(*descriptor.offset));
	EXPECT_EQ(ReadDeletionVectorBlock(block, descriptor, "t").Serialize(), vector.Serialize());
}

TEST(DeletionVector, MembersAreWhatIsNotKept) {
	DeletionVector vector;
	for (uint64_t row = 0; row < 100000; row += 1 + row % 7) {
		vector.Add(row);
	}
	vector.Add((uint64_t(1) << 32) - 1);
	vector.Add(uint64_t(1) << 32);
	for (uint64_t start : {uint64_t(0), uint64_t(1), uint64_t(65000), uint64_t(99990), (uint64_t(1) << 32) - 1000}) {
		std::vector<uint32_t> kept(2048), members(2048);
		kept.resize(vector.SelectKept(start, 2048, kept.data()));
		members.resize(vector.SelectMembers(start, 2048, members.data()));
		EXPECT_EQ(kept.size() + members.size(), 2048u) << start;
		EXPECT_EQ(members.size(), vector.CountInRange(start, 2048)) << start;
		for (auto offset : members) {
			EXPECT_TRUE(vector.Contains(start + offset)) << start << " " << offset;
		}
	}
}

TEST(DeletionVector, MarksAreItsMembers) {
	for (const uint64_t step : {1, 3, 40, 5000}) {
		DeletionVector vector;
		for (uint64_t row = 700; row < 300000; row += step) {
			vector.Add(row);
		}
		const auto dense = vector.DenseMembers();
		EXPECT_EQ(dense.empty(), step > 32) << step;
		for (uint64_t row = 0; row < dense.size() * 64; row++) {
			ASSERT_EQ(dense[row / 64] >> (row % 64) & 1, vector.Contains(row)) << step << " " << row;
		}
		for (uint64_t start : {uint64_t(0), uint64_t(64), uint64_t(677), uint64_t(299000), uint64_t(1) << 32}) {
			uint64_t words[32] = {};
			vector.MarkMembers(start, 2000, words);
			for (uint64_t row = 0; row < 2048; row++) {
				ASSERT_EQ(words[row / 64] >> (row % 64) & 1, row < 2000 && vector.Contains(start + row)) << start;
			}
		}
	}
	// Positions past 32 bits have bitmaps of their own.
	DeletionVector far;
	far.Add(0);
	far.Add(uint64_t(1) << 32);
	EXPECT_TRUE(far.DenseMembers().empty());
	EXPECT_TRUE(DeletionVector().DenseMembers().empty());
}

TEST(DeletionVector, ParseRefusesDamage) {
	DeletionVector vector;
	vector.Add(1);
	vector.Add(uint64_t(1) << 32);
	auto bytes = vector.Serialize();
	for (size_t size = 0; size < bytes.size(); size++) {
		EXPECT_THROW(DeletionVector::Parse(bytes.substr(0, size), "t"), Error) << size;
	}
	EXPECT_THROW(DeletionVector::Parse(bytes + "x", "t"), Error);
	auto many = bytes;
	many[11] = 127;
	EXPECT_THROW(DeletionVector::Parse(many, "t"), Error);
	auto magic = bytes;
	magic[0]++;
	EXPECT_THROW(DeletionVector::Parse(magic, "t"), Error);
	EXPECT_EQ(DeletionVector::Parse(DeletionVector().Serialize(), "t").Cardinality(), 0u);
}

} // namespace
TEST(DeletionVector, Subtraction) {
	DeletionVector left;
	DeletionVector right;
	for (uint64_t position : {1ull, 5ull, 1ull << 33}) {
		left.Add(position);
	}
	for (uint64_t position : {5ull, 6ull, 1ull << 40}) {
		right.Add(position);
	}
	left.Subtract(right);
	EXPECT_EQ(left.Cardinality(), 2u);
	EXPECT_FALSE(left.Contains(5));
	EXPECT_TRUE(left.Contains(1ull << 33));
	left.Subtract(DeletionVector(left));
	EXPECT_EQ(left.Cardinality(), 0u);
}

} // namespace merganser
