#include "protocol/deletion_vector.hpp"
#include "support/protocol_fuzz.hpp"

#include <set>

using namespace merganser;

static const std::vector<std::string> PIECES = {std::string(4, '\0'), std::string(4, '\xFF'),
                                                std::string("\x3A\x30\0\0", 4), std::string("\x3B\x30\0\0", 4),
                                                std::string("\x01\0\0\0", 4)};

static std::string RandomVector(FuzzInput &input, std::set<uint64_t> &positions) {
	DeletionVector vector;
	for (auto runs = input.Below(5); runs > 0; runs--) {
		uint64_t start = input.Below(2) == 0 ? input.Below(1 << 20) : (input.Below(3) << 32) + input.Below(100000);
		uint64_t step = 1 + input.Below(3);
		for (auto count = input.Below(2000); count > 0; count--) {
			vector.Add(start);
			positions.insert(start);
			start += step;
		}
	}
	return vector.Serialize();
}

static void CheckSelection(FuzzInput &input, const DeletionVector &vector) {
	uint64_t start = input.Below(2) == 0 ? input.Below(1 << 20) : (uint64_t(1) << 32) - input.Below(2000);
	auto count = static_cast<uint32_t>(input.Below(4000));
	std::vector<uint32_t> kept(count);
	auto kept_count = vector.SelectKept(start, count, kept.data());
	FuzzCheck(kept_count + vector.CountInRange(start, count) == count, "kept and deleted rows are all rows", "");
	for (uint32_t i = 0; i < kept_count; i++) {
		FuzzCheck(kept[i] < count && (i == 0 || kept[i - 1] < kept[i]) && !vector.Contains(start + kept[i]),
		          "a kept row is not deleted", "");
	}
}

static void CheckVector(FuzzInput &input) {
	std::set<uint64_t> positions;
	auto bytes = RandomVector(input, positions);
	auto vector = DeletionVector::Parse(bytes, "fuzz");
	FuzzCheck(vector.Cardinality() == positions.size() && vector.Serialize() == bytes, "parse(write(x)) == x", bytes);
	CheckSelection(input, vector);
	DeletionVectorFileContent content("01234567-89ab-cdef-0123-456789abcdef");
	auto descriptor = content.Add(vector);
	auto &file = content.Bytes();
	auto block = file.substr(static_cast<size_t>(*descriptor.offset));
	FuzzCheck(ReadDeletionVectorBlock(block, descriptor, "fuzz").Serialize() == bytes, "the file holds the vector",
	          file);
	// A damaged vector behind a right checksum.
	auto damaged = input.Mutate(bytes, PIECES);
	std::vector<char> exact(damaged.begin(), damaged.end());
	auto survivor = DeletionVector::Parse(std::string_view(exact.data(), exact.size()), "fuzz");
	CheckSelection(input, survivor);
	FuzzCheck(DeletionVector::Parse(survivor.Serialize(), "fuzz").Cardinality() == survivor.Cardinality(),
	          "parse(write(x)) == x", damaged);
}

static void CheckText(FuzzInput &input) {
	auto bytes = input.Bytes(40);
	bytes.resize(bytes.size() / 4 * 4);
	FuzzCheck(Z85Decode(Z85Encode(bytes)) == bytes, "Z85 keeps bytes", bytes);
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = "uip"[input.Below(3)];
	descriptor.path_or_inline_dv =
	    input.Mutate("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", {"^", "/", "..", "00000", "~"});
	descriptor.size_in_bytes = input.Below(2) == 0 ? 44 : static_cast<int32_t>(input.Below(60)) - 2;
	descriptor.cardinality = 6;
	if (descriptor.storage_type == 'i') {
		ReadInlineDeletionVector(descriptor, "fuzz");
	} else {
		DeletionVectorFile(descriptor);
	}
}

int main(int argc, char **argv) {
	return RunFuzz(argc, argv, [](FuzzInput &input) {
		if (input.Below(3) == 0) {
			CheckText(input);
		} else {
			CheckVector(input);
		}
	});
}
