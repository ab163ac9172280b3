#include "engine/scan/remove_rows.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Rows that are looked at together.
constexpr uint32_t BLOCK_ROWS = 8;
//! Where one row of so many goes, whether a whole block stays is a guess that is wrong too often to be worth it.
constexpr uint32_t ROWS_PER_REMOVED_MAX = 32;

//! By the bits of the rows of a block that go: the places of those that stay, in front.
struct BlockTable {
	uint8_t kept_count[256] = {};
	uint8_t kept[256][BLOCK_ROWS] = {};
};

constexpr BlockTable MakeBlockTable() {
	BlockTable table;
	for (uint32_t removed = 0; removed < 256; removed++) {
		for (uint8_t row = 0; row < BLOCK_ROWS; row++) {
			if (!(removed >> row & 1)) {
				table.kept[removed][table.kept_count[removed]++] = row;
			}
		}
	}
	return table;
}

constexpr BlockTable BLOCKS = MakeBlockTable();

class RowRemoval {
public:
	RowRemoval(uint32_t count_p, const ChunkMask &removed_p) : count(count_p), removed(removed_p) {
		for (uint32_t block = 0; block * BLOCK_ROWS < count; block++) {
			kept_count += BLOCKS.kept_count[RemovedOf(block)];
		}
		// The rows that a last block has not are none that stay.
		kept_count -= (BLOCK_ROWS - count % BLOCK_ROWS) % BLOCK_ROWS;
	}

	uint32_t KeptCount() const {
		return kept_count;
	}

	void From(duckdb::Vector &vector) const {
		const auto type = vector.GetType().InternalType();
		switch (vector.GetVectorType()) {
		case duckdb::VectorType::CONSTANT_VECTOR:
			return;
		case duckdb::VectorType::FLAT_VECTOR:
			if (duckdb::TypeIsConstantSize(type) || type == duckdb::PhysicalType::VARCHAR) {
				FromFlat(vector);
				return;
			}
			break;
		case duckdb::VectorType::DICTIONARY_VECTOR:
			if (type != duckdb::PhysicalType::STRUCT) {
				auto &selection = duckdb::DictionaryVector::SelVector(vector);
				duckdb::SelectionVector left(STANDARD_VECTOR_SIZE);
				Move(selection.data(), left.data());
				selection.Initialize(left);
				return;
			}
			break;
		default:
			break;
		}
		duckdb::SelectionVector rows(0, STANDARD_VECTOR_SIZE);
		Move(rows.data(), rows.data());
		vector.Slice(rows, kept_count);
	}

private:
	void FromFlat(duckdb::Vector &vector) const {
		if (!duckdb::FlatVector::Validity(vector).AllValid()) {
			FromValidity(vector);
		}
		auto data = duckdb::FlatVector::GetData(vector);
		switch (duckdb::GetTypeIdSize(vector.GetType().InternalType())) {
		case 1:
			return MoveInPlace<uint8_t>(data);
		case 2:
			return MoveInPlace<uint16_t>(data);
		case 4:
			return MoveInPlace<uint32_t>(data);
		case 8:
			return MoveInPlace<uint64_t>(data);
		default:
			static_assert(sizeof(duckdb::hugeint_t) == 16 && sizeof(duckdb::string_t) == 16,
			              "all others have 16 bytes");
			return MoveInPlace<duckdb::hugeint_t>(data);
		}
	}

	template <class VALUE>
	void MoveInPlace(duckdb::data_ptr_t data) const {
		Move(reinterpret_cast<const VALUE *>(data), reinterpret_cast<VALUE *>(data));
	}

	//! `to` is `from`, or somewhere else altogether.
	template <class VALUE>
	void Move(const VALUE *from, VALUE *to) const {
		if ((count - kept_count) * ROWS_PER_REMOVED_MAX < count) {
			MoveBlocks<true>(from, to);
		} else {
			MoveBlocks<false>(from, to);
		}
	}

	//! Of a block the rows that stay come first and are followed by any: they are overwritten by the next block, and
	//! where `to` is `from`, none of them stands where a row is that has not been read. No loop within a block.
	template <bool LOOKS_FOR_WHOLE, class VALUE>
	void MoveBlocks(const VALUE *from, VALUE *to) const {
		const auto whole_blocks = count / BLOCK_ROWS;
		for (uint32_t block = 0; block < whole_blocks; block++, from += BLOCK_ROWS) {
			const auto bits = RemovedOf(block);
			if (LOOKS_FOR_WHOLE && bits == 0) {
				VALUE values[BLOCK_ROWS];
				std::copy_n(from, BLOCK_ROWS, values);
				std::copy_n(values, BLOCK_ROWS, to);
			} else {
				const auto &kept = BLOCKS.kept[bits];
#pragma GCC unroll 8
				for (uint32_t i = 0; i < BLOCK_ROWS; i++) {
					to[i] = from[kept[i]];
				}
			}
			to += BLOCKS.kept_count[bits];
		}
		for (uint32_t row = 0; row < count % BLOCK_ROWS; row++) {
			if (!(RemovedOf(whole_blocks) >> row & 1)) {
				*to++ = from[row];
			}
		}
	}

	void FromValidity(duckdb::Vector &vector) const {
		const auto &validity = duckdb::FlatVector::Validity(vector);
		duckdb::ValidityMask left(STANDARD_VECTOR_SIZE);
		left.Initialize();
		uint32_t end = 0;
		for (uint32_t row = 0; row < count; row++) {
			if (!(removed[row / 64] >> (row % 64) & 1)) {
				if (!validity.RowIsValidUnsafe(row)) {
					left.SetInvalidUnsafe(end);
				}
				end++;
			}
		}
		duckdb::FlatVector::SetValidity(vector, left);
	}

	uint8_t RemovedOf(uint32_t block) const {
		return uint8_t(removed[block / 8] >> (block % 8 * BLOCK_ROWS));
	}

	const uint32_t count;
	uint32_t kept_count = 0;
	const ChunkMask &removed;
};

} // namespace

void RemoveRows(duckdb::DataChunk &rows, const ChunkMask &removed) {
	const RowRemoval removal(uint32_t(rows.size()), removed);
	if (removal.KeptCount() > 0) {
		for (auto &vector : rows.data) {
			removal.From(vector);
		}
	}
	rows.SetCardinality(removal.KeptCount());
}

} // namespace merganser
