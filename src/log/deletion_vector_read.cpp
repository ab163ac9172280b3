#include "log/deletion_vector_read.hpp"

#include "base/error.hpp"

namespace merganser {

//! Size before, CRC-32 behind the vector in its file.
static constexpr uint64_t BLOCK_FRAME_BYTES = 8;
//! Of a descriptor without offset: behind the version byte.
static constexpr int32_t OFFSET_DEFAULT = 1;

static DeletionVector ReadVector(const Snapshot &snapshot, const DeletionVectorDescriptor &descriptor) {
	if (descriptor.storage_type == 'i') {
		return ReadInlineDeletionVector(descriptor, "inline deletion vector");
	}
	auto path = snapshot.location.ResolveFile(DeletionVectorFile(descriptor));
	auto offset = uint64_t(descriptor.offset.value_or(OFFSET_DEFAULT));
	auto bytes =
	    snapshot.location.store->GetRange(path, offset, uint64_t(descriptor.size_in_bytes) + BLOCK_FRAME_BYTES);
	return ReadDeletionVectorBlock(bytes, descriptor, path);
}

DeletionVector ReadDeletionVector(const Snapshot &snapshot, FileRef file, const DeletionVectorDescriptor &descriptor,
                                  const std::string &where) {
	try {
		auto vector = ReadVector(snapshot, descriptor);
		if (vector.Cardinality() != uint64_t(descriptor.cardinality)) {
			throw Error(ErrorKind::CORRUPT, "it holds " + std::to_string(vector.Cardinality()) +
			                                    " rows, the log says " + std::to_string(descriptor.cardinality));
		}
		return vector;
	} catch (const Error &error) {
		auto kind = error.kind == ErrorKind::NOT_FOUND ? ErrorKind::IO : error.kind;
		throw Error(kind, where + ": the deletion vector of data file '" +
		                      std::string(snapshot.files.BatchOf(file).Path(file.row)) +
		                      "' cannot be read: " + error.what() +
		                      ". Without it deleted rows would come back; read another version, or restore the file");
	}
}

} // namespace merganser
