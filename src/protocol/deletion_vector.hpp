#pragma once

#include "protocol/actions.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A set of row positions (0-based, physical) of one data file (PROTOCOL.md, "Deletion Vector Format"). Compressed;
//! reading it never expands it to a flag per row. Const methods are thread-safe.
class DeletionVector {
public:
	DeletionVector();
	~DeletionVector();
	DeletionVector(const DeletionVector &other);
	DeletionVector &operator=(const DeletionVector &other);

	void Add(uint64_t position);
	//! Faster than one by one where they are in ascending order.
	void Add(const std::vector<uint32_t> &positions);
	//! False when it was in the set already.
	bool AddNew(uint64_t position);
	bool Contains(uint64_t position) const;
	uint64_t Cardinality() const;
	void UnionWith(const DeletionVector &other);
	//! Takes the positions of `other` out.
	void Subtract(const DeletionVector &other);
	//! Writes to `kept` the offsets i in [0, count) for which start + i is NOT deleted; returns how many.
	//! Requires: room for `count` entries.
	uint32_t SelectKept(uint64_t start, uint32_t count, uint32_t *kept) const;
	//! The other way round: the offsets i for which start + i IS in the set. Requires: room for `count` entries.
	uint32_t SelectMembers(uint64_t start, uint32_t count, uint32_t *members) const;
	//! Sets bit i % 64 of words[i / 64] for every i in [0, count) for which start + i is in the set. Requires: all bits
	//! are 0.
	void MarkMembers(uint64_t start, uint32_t count, uint64_t *words) const;
	//! A bit for each position up to the last one of the set, as MarkMembers sets them from 0 on; empty where that
	//! would take more than four bytes for each position of the set.
	std::vector<uint64_t> DenseMembers() const;
	//! Number of deleted positions in [start, start + count).
	uint64_t CountInRange(uint64_t start, uint64_t count) const;

	//! RoaringBitmapArray with its magic number (portable serialization). Throws CORRUPT.
	static DeletionVector Parse(std::string_view bytes, const std::string &source);
	std::string Serialize() const;

private:
	struct Bitmaps;
	std::unique_ptr<Bitmaps> bitmaps;
};

//! Takes the vector at `offset` out of the content of a deletion-vector file: checks size, CRC-32 and cardinality.
//! Throws CORRUPT. `bytes_at_offset` begins at the descriptor's offset (1 when absent) and holds size_in_bytes + 8
//! bytes.
DeletionVector ReadDeletionVectorBlock(std::string_view bytes_at_offset, const DeletionVectorDescriptor &descriptor,
                                       const std::string &source);
//! Inline ('i') vectors.
DeletionVector ReadInlineDeletionVector(const DeletionVectorDescriptor &descriptor, const std::string &source);
//! Where a 'u' or 'p' vector's file is: relative to the table's root ("ab/deletion_vector_<uuid>.bin") or an absolute
//! URI.
std::string DeletionVectorFile(const DeletionVectorDescriptor &descriptor);

//! The content of one deletion-vector file, to which any number of vectors is added (PROTOCOL.md, "Deletion Vector File
//! Storage Format": a version byte, then size, data and CRC-32 of each).
class DeletionVectorFileContent {
public:
	//! `uuid` names the file in the table's root, see DeletionVectorFile.
	explicit DeletionVectorFileContent(const std::string &uuid);

	//! Requires: the content stays below 2 GiB (a vector of a billion rows has about 128 MB).
	DeletionVectorDescriptor Add(const DeletionVector &vector);
	//! The same, but a small vector is put into its descriptor ('i') and leaves the content as it is.
	DeletionVectorDescriptor AddOrInline(const DeletionVector &vector);
	bool IsEmpty() const;
	//! Where it belongs, relative to the table's root.
	std::string File() const;
	const std::string &Bytes() const {
		return bytes;
	}

private:
	DeletionVectorDescriptor Append(const std::string &data, uint64_t cardinality);

	std::string name;
	std::string bytes;
};

//! Z85 (ZeroMQ RFC 32). Encode requires a multiple of four bytes. Decode throws CORRUPT; it takes the short last group
//! (`#` in front) that some writers append.
std::string Z85Encode(std::string_view bytes);
std::string Z85Decode(std::string_view text);

} // namespace merganser
