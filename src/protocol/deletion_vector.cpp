#include "protocol/deletion_vector.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <limits>
#include <roaring.h>
#include <utility>
#include <vector>

namespace merganser {

namespace {

struct FreeBitmap {
	void operator()(roaring_bitmap_t *bitmap) const {
		roaring_bitmap_free(bitmap);
	}
};
using BitmapPtr = std::unique_ptr<roaring_bitmap_t, FreeBitmap>;

//! First bytes of a serialized vector, little-endian (PROTOCOL.md, "Deletion Vector Format").
constexpr uint32_t MAGIC = 1681511377;
//! "every key in the bitmap has a 0 as its most significant bit".
constexpr uint64_t POSITION_MAX = std::numeric_limits<int64_t>::max();
constexpr size_t HEADER_BYTES = 12;
constexpr size_t KEY_BYTES = 4;

uint32_t HighBits(uint64_t position) {
	return static_cast<uint32_t>(position >> 32);
}
uint32_t LowBits(uint64_t position) {
	return static_cast<uint32_t>(position);
}

BitmapPtr CheckAllocated(roaring_bitmap_t *bitmap) {
	if (!bitmap) {
		throw Error(ErrorKind::OUT_OF_MEMORY, "no memory for a deletion vector");
	}
	return BitmapPtr(bitmap);
}

template <class NUMBER>
void AppendLittleEndian(std::string &out, NUMBER value) {
	for (size_t i = 0; i < sizeof(NUMBER); i++) {
		out += static_cast<char>(value >> (8 * i) & 0xFF);
	}
}

template <class NUMBER>
NUMBER ReadLittleEndian(std::string_view bytes, size_t at) {
	NUMBER value = 0;
	for (size_t i = sizeof(NUMBER); i-- > 0;) {
		value = static_cast<NUMBER>(value << 8 | static_cast<uint8_t>(bytes[at + i]));
	}
	return value;
}

//! Calls `each` with those of [first, first + count) that are in `bitmap`, counted from `first`.
template <class EACH>
void ForEachMember(const roaring_bitmap_t *bitmap, uint32_t first, uint32_t count, const EACH &each) {
	if (!bitmap) {
		return;
	}
	roaring_uint32_iterator_t iterator;
	roaring_iterator_init(bitmap, &iterator);
	constexpr uint32_t BATCH = 256;
	uint32_t found[BATCH];
	bool more = roaring_uint32_iterator_move_equalorlarger(&iterator, first);
	while (more) {
		const uint32_t read = roaring_uint32_iterator_read(&iterator, found, BATCH);
		uint32_t used = 0;
		for (; used < read && found[used] - first < count; used++) {
			each(found[used] - first);
		}
		more = read > 0 && used == read && iterator.has_value;
	}
}

} // namespace

//! In ascending order of the high 32 bits; nearly always one.
struct DeletionVector::Bitmaps {
	std::vector<std::pair<uint32_t, BitmapPtr>> by_key;

	const roaring_bitmap_t *Find(uint32_t key) const {
		for (auto &[candidate, bitmap] : by_key) {
			if (candidate == key) {
				return bitmap.get();
			}
		}
		return nullptr;
	}
	//! Calls `each` with the offsets of [0, count) for which start + offset is in the set.
	template <class EACH>
	void ForEachIn(uint64_t start, uint32_t count, const EACH &each) const;
	roaring_bitmap_t *FindOrAdd(uint32_t key) {
		auto place = std::lower_bound(by_key.begin(), by_key.end(), key,
		                              [](const auto &entry, uint32_t wanted) { return entry.first < wanted; });
		if (place == by_key.end() || place->first != key) {
			place = by_key.emplace(place, key, CheckAllocated(roaring_bitmap_create()));
		}
		return place->second.get();
	}
};

DeletionVector::DeletionVector() : bitmaps(std::make_unique<Bitmaps>()) {
}

DeletionVector::~DeletionVector() = default;

DeletionVector::DeletionVector(const DeletionVector &other) : bitmaps(std::make_unique<Bitmaps>()) {
	for (auto &[key, bitmap] : other.bitmaps->by_key) {
		bitmaps->by_key.emplace_back(key, CheckAllocated(roaring_bitmap_copy(bitmap.get())));
	}
}

DeletionVector &DeletionVector::operator=(const DeletionVector &other) {
	if (this != &other) {
		DeletionVector copy(other);
		bitmaps.swap(copy.bitmaps);
	}
	return *this;
}

void DeletionVector::Add(uint64_t position) {
	Verify(position <= POSITION_MAX, "a row position fits 63 bits");
	roaring_bitmap_add(bitmaps->FindOrAdd(HighBits(position)), LowBits(position));
}

void DeletionVector::Add(const std::vector<uint32_t> &positions) {
	if (!positions.empty()) {
		roaring_bitmap_add_many(bitmaps->FindOrAdd(0), positions.size(), positions.data());
	}
}

bool DeletionVector::AddNew(uint64_t position) {
	Verify(position <= POSITION_MAX, "a row position fits 63 bits");
	return roaring_bitmap_add_checked(bitmaps->FindOrAdd(HighBits(position)), LowBits(position));
}

bool DeletionVector::Contains(uint64_t position) const {
	auto bitmap = bitmaps->Find(HighBits(position));
	return bitmap && roaring_bitmap_contains(bitmap, LowBits(position));
}

uint64_t DeletionVector::Cardinality() const {
	uint64_t cardinality = 0;
	for (auto &entry : bitmaps->by_key) {
		cardinality += roaring_bitmap_get_cardinality(entry.second.get());
	}
	return cardinality;
}

void DeletionVector::UnionWith(const DeletionVector &other) {
	for (auto &[key, bitmap] : other.bitmaps->by_key) {
		roaring_bitmap_or_inplace(bitmaps->FindOrAdd(key), bitmap.get());
	}
}

void DeletionVector::Subtract(const DeletionVector &other) {
	for (auto &[key, bitmap] : bitmaps->by_key) {
		if (const auto *subtracted = other.bitmaps->Find(key)) {
			roaring_bitmap_andnot_inplace(bitmap.get(), subtracted);
		}
	}
}

template <class EACH>
void DeletionVector::Bitmaps::ForEachIn(uint64_t start, uint32_t count, const EACH &each) const {
	// A range meets at most two bitmaps: the one of its first row and the next one.
	const uint64_t until_next_key = (uint64_t(1) << 32) - LowBits(start);
	const auto in_first = static_cast<uint32_t>(std::min<uint64_t>(count, until_next_key));
	ForEachMember(Find(HighBits(start)), LowBits(start), in_first, each);
	if (in_first < count) {
		ForEachMember(Find(HighBits(start) + 1), 0, count - in_first,
		              [&](uint32_t offset) { each(in_first + offset); });
	}
}

uint32_t DeletionVector::SelectKept(uint64_t start, uint32_t count, uint32_t *kept) const {
	constexpr uint32_t BLOCK = 2048;
	auto *end = kept;
	for (uint32_t first = 0; first < count; first += BLOCK) {
		uint64_t words[BLOCK / 64] = {};
		const auto rows = std::min(BLOCK, count - first);
		MarkMembers(start + first, rows, words);
		for (uint32_t i = 0; i < rows; i++) {
			// Without a branch, which nobody could foresee.
			*end = first + i;
			end += ~words[i / 64] >> (i % 64) & 1;
		}
	}
	return static_cast<uint32_t>(end - kept);
}

uint32_t DeletionVector::SelectMembers(uint64_t start, uint32_t count, uint32_t *members) const {
	auto *end = members;
	bitmaps->ForEachIn(start, count, [&](uint32_t offset) { *end++ = offset; });
	return static_cast<uint32_t>(end - members);
}

void DeletionVector::MarkMembers(uint64_t start, uint32_t count, uint64_t *words) const {
	bitmaps->ForEachIn(start, count, [&](uint32_t offset) { words[offset / 64] |= uint64_t(1) << (offset % 64); });
}

std::vector<uint64_t> DeletionVector::DenseMembers() const {
	constexpr uint64_t BITS_PER_MEMBER_MAX = 32;
	if (bitmaps->by_key.size() != 1 || bitmaps->by_key[0].first != 0) {
		return {};
	}
	const auto bitmap = bitmaps->by_key[0].second.get();
	const auto last = roaring_bitmap_maximum(bitmap);
	if (last / BITS_PER_MEMBER_MAX >= Cardinality()) {
		return {};
	}
	const std::unique_ptr<bitset_t, decltype(&bitset_free)> bits(bitset_create(), bitset_free);
	if (!bits || !roaring_bitmap_to_bitset(bitmap, bits.get())) {
		throw Error(ErrorKind::OUT_OF_MEMORY, "no memory for a deletion vector");
	}
	return {bits->array, bits->array + bits->arraysize};
}

uint64_t DeletionVector::CountInRange(uint64_t start, uint64_t count) const {
	uint64_t end = start + std::min(count, std::numeric_limits<uint64_t>::max() - start);
	uint64_t deleted = 0;
	for (auto &[key, bitmap] : bitmaps->by_key) {
		uint64_t first = uint64_t(key) << 32;
		uint64_t from = std::max(start, first);
		uint64_t to = std::min(end, first + (uint64_t(1) << 32));
		if (from < to) {
			deleted += roaring_bitmap_range_cardinality(bitmap.get(), from - first, to - first);
		}
	}
	return deleted;
}

DeletionVector DeletionVector::Parse(std::string_view bytes, const std::string &source) {
	auto corrupt = [&](const std::string &problem) {
		return Error(ErrorKind::CORRUPT, source + ": deletion vector " + problem);
	};
	if (bytes.size() < HEADER_BYTES) {
		throw corrupt("is cut short");
	}
	if (ReadLittleEndian<uint32_t>(bytes, 0) != MAGIC) {
		throw corrupt("has the unknown magic number " + std::to_string(ReadLittleEndian<uint32_t>(bytes, 0)));
	}
	auto count = ReadLittleEndian<uint64_t>(bytes, 4);
	DeletionVector vector;
	size_t at = HEADER_BYTES;
	for (uint64_t i = 0; i < count; i++) {
		if (bytes.size() - at < KEY_BYTES) {
			throw corrupt("is cut short");
		}
		auto key = ReadLittleEndian<uint32_t>(bytes, at);
		at += KEY_BYTES;
		auto &by_key = vector.bitmaps->by_key;
		if (key > HighBits(POSITION_MAX) || (!by_key.empty() && by_key.back().first >= key)) {
			throw corrupt("has keys out of order");
		}
		auto left = bytes.size() - at;
		auto size = roaring_bitmap_portable_deserialize_size(bytes.data() + at, left);
		if (size == 0 || size > left) {
			throw corrupt("is damaged");
		}
		BitmapPtr bitmap(roaring_bitmap_portable_deserialize_safe(bytes.data() + at, left));
		const char *reason = nullptr;
		if (!bitmap || !roaring_bitmap_internal_validate(bitmap.get(), &reason)) {
			throw corrupt(std::string("is damaged") + (reason ? std::string(": ") + reason : ""));
		}
		at += size;
		by_key.emplace_back(key, std::move(bitmap));
	}
	if (at != bytes.size()) {
		throw corrupt("has " + std::to_string(bytes.size() - at) + " bytes too many");
	}
	return vector;
}

std::string DeletionVector::Serialize() const {
	DeletionVector packed(*this);
	std::string bytes;
	AppendLittleEndian<uint32_t>(bytes, MAGIC);
	AppendLittleEndian<uint64_t>(bytes, packed.bitmaps->by_key.size());
	for (auto &[key, bitmap] : packed.bitmaps->by_key) {
		roaring_bitmap_run_optimize(bitmap.get());
		AppendLittleEndian<uint32_t>(bytes, key);
		auto at = bytes.size();
		bytes.resize(at + roaring_bitmap_portable_size_in_bytes(bitmap.get()));
		roaring_bitmap_portable_serialize(bitmap.get(), bytes.data() + at);
	}
	return bytes;
}

} // namespace merganser
