#include "base/crc32.hpp"
#include "base/error.hpp"
#include "protocol/deletion_vector.hpp"

#include <limits>

namespace merganser {

namespace {

//! PROTOCOL.md, "Deletion Vector File Storage Format": numbers are big-endian.
constexpr char FILE_FORMAT_VERSION = 1;
constexpr size_t SIZE_BYTES = 4;
constexpr size_t CHECKSUM_BYTES = 4;
//! Of data that stands in the log itself: about what naming a file would take, and no request to read it.
constexpr size_t INLINE_BYTES_MAX = 128;
//! A UUID in Z85.
constexpr size_t UUID_CHARS = 20;

uint32_t ReadBigEndian(std::string_view bytes, size_t at) {
	uint32_t value = 0;
	for (size_t i = 0; i < 4; i++) {
		value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
	}
	return value;
}

void AppendBigEndian(std::string &out, uint32_t value) {
	for (int shift = 24; shift >= 0; shift -= 8) {
		out += static_cast<char>(value >> shift & 0xFF);
	}
}

void CheckCardinality(const DeletionVector &vector, const DeletionVectorDescriptor &descriptor,
                      const std::string &source) {
	auto found = vector.Cardinality();
	if (descriptor.cardinality < 0 || found != static_cast<uint64_t>(descriptor.cardinality)) {
		throw Error(ErrorKind::CORRUPT, source + ": deletion vector holds " + std::to_string(found) +
		                                    " rows where the log says " + std::to_string(descriptor.cardinality));
	}
}

std::string UuidText(std::string_view bytes) {
	static constexpr char HEX[] = "0123456789abcdef";
	std::string text;
	for (size_t i = 0; i < bytes.size(); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			text += '-';
		}
		text += HEX[static_cast<uint8_t>(bytes[i]) >> 4];
		text += HEX[static_cast<uint8_t>(bytes[i]) & 15];
	}
	return text;
}

//! The other way round.
std::string UuidBytes(const std::string &text) {
	std::string bytes;
	int high = -1;
	for (const char digit : text) {
		if (digit == '-') {
			continue;
		}
		const bool is_letter = digit >= 'a' && digit <= 'f';
		Verify(is_letter || (digit >= '0' && digit <= '9'), "a UUID is lower-case hexadecimal");
		const int value = is_letter ? digit - 'a' + 10 : digit - '0';
		if (high < 0) {
			high = value;
		} else {
			bytes += static_cast<char>(high << 4 | value);
			high = -1;
		}
	}
	Verify(bytes.size() == 16, "a UUID has 16 bytes");
	return bytes;
}

} // namespace

std::string DeletionVectorDescriptor::UniqueId() const {
	auto id = storage_type + path_or_inline_dv;
	if (offset) {
		id += "@" + std::to_string(*offset);
	}
	return id;
}

bool operator==(const DeletionVectorDescriptor &left, const DeletionVectorDescriptor &right) {
	return left.storage_type == right.storage_type && left.path_or_inline_dv == right.path_or_inline_dv &&
	       left.offset == right.offset && left.size_in_bytes == right.size_in_bytes &&
	       left.cardinality == right.cardinality;
}

DeletionVector ReadDeletionVectorBlock(std::string_view bytes_at_offset, const DeletionVectorDescriptor &descriptor,
                                       const std::string &source) {
	auto corrupt = [&](const std::string &problem) {
		return Error(ErrorKind::CORRUPT, source + ": deletion vector " + problem);
	};
	if (descriptor.size_in_bytes < 0) {
		throw corrupt("has a negative size in the log");
	}
	auto size = static_cast<size_t>(descriptor.size_in_bytes);
	if (bytes_at_offset.size() < SIZE_BYTES + size + CHECKSUM_BYTES) {
		throw corrupt("is cut short");
	}
	auto written_size = ReadBigEndian(bytes_at_offset, 0);
	if (written_size != size) {
		throw corrupt("has " + std::to_string(written_size) + " bytes where the log says " + std::to_string(size));
	}
	auto data = bytes_at_offset.substr(SIZE_BYTES, size);
	if (Crc32(data) != ReadBigEndian(bytes_at_offset, SIZE_BYTES + size)) {
		throw corrupt("has a wrong checksum");
	}
	auto vector = DeletionVector::Parse(data, source);
	CheckCardinality(vector, descriptor, source);
	return vector;
}

DeletionVector ReadInlineDeletionVector(const DeletionVectorDescriptor &descriptor, const std::string &source) {
	if (descriptor.storage_type != 'i') {
		throw Error(ErrorKind::INTERNAL, source + ": deletion vector is not inline");
	}
	auto bytes = Z85Decode(descriptor.path_or_inline_dv);
	// Z85 knows multiples of four bytes only, so that the end may be padding.
	if (descriptor.size_in_bytes < 0 || bytes.size() < static_cast<size_t>(descriptor.size_in_bytes)) {
		throw Error(ErrorKind::CORRUPT, source + ": inline deletion vector is shorter than its size in the log");
	}
	bytes.resize(static_cast<size_t>(descriptor.size_in_bytes));
	auto vector = DeletionVector::Parse(bytes, source);
	CheckCardinality(vector, descriptor, source);
	return vector;
}

std::string DeletionVectorFile(const DeletionVectorDescriptor &descriptor) {
	auto &path = descriptor.path_or_inline_dv;
	if (descriptor.storage_type == 'p') {
		return path;
	}
	if (descriptor.storage_type != 'u') {
		throw Error(ErrorKind::CORRUPT,
		            std::string("deletion vector of storage type '") + descriptor.storage_type + "' has no file");
	}
	if (path.size() < UUID_CHARS) {
		throw Error(ErrorKind::CORRUPT, "deletion vector '" + path + "' is too short for the id of a file");
	}
	auto prefix = path.substr(0, path.size() - UUID_CHARS);
	// The prefix names one folder below the table's root: it must not lead anywhere else.
	if (prefix.find_first_of("/\\") != std::string::npos || prefix == "." || prefix == "..") {
		throw Error(ErrorKind::CORRUPT, "deletion vector '" + path + "' has a prefix that is no folder name");
	}
	auto file = "deletion_vector_" + UuidText(Z85Decode(path.substr(prefix.size()))) + ".bin";
	return prefix.empty() ? file : prefix + "/" + file;
}

DeletionVectorFileContent::DeletionVectorFileContent(const std::string &uuid)
    : name(Z85Encode(UuidBytes(uuid))), bytes(1, FILE_FORMAT_VERSION) {
}

bool DeletionVectorFileContent::IsEmpty() const {
	return bytes.size() == 1;
}

std::string DeletionVectorFileContent::File() const {
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = 'u';
	descriptor.path_or_inline_dv = name;
	return DeletionVectorFile(descriptor);
}

DeletionVectorDescriptor DeletionVectorFileContent::Append(const std::string &data, uint64_t cardinality) {
	const auto end = bytes.size() + SIZE_BYTES + data.size() + CHECKSUM_BYTES;
	Verify(end <= static_cast<size_t>(std::numeric_limits<int32_t>::max()),
	       "a file of deletion vectors is smaller than 2 GiB");
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = 'u';
	descriptor.path_or_inline_dv = name;
	descriptor.offset = static_cast<int32_t>(bytes.size());
	descriptor.size_in_bytes = static_cast<int32_t>(data.size());
	descriptor.cardinality = static_cast<int64_t>(cardinality);
	AppendBigEndian(bytes, static_cast<uint32_t>(data.size()));
	bytes += data;
	AppendBigEndian(bytes, Crc32(data));
	return descriptor;
}

DeletionVectorDescriptor DeletionVectorFileContent::Add(const DeletionVector &vector) {
	return Append(vector.Serialize(), vector.Cardinality());
}

DeletionVectorDescriptor DeletionVectorFileContent::AddOrInline(const DeletionVector &vector) {
	auto data = vector.Serialize();
	if (data.size() > INLINE_BYTES_MAX) {
		return Append(data, vector.Cardinality());
	}
	DeletionVectorDescriptor descriptor;
	descriptor.storage_type = 'i';
	descriptor.size_in_bytes = static_cast<int32_t>(data.size());
	descriptor.cardinality = static_cast<int64_t>(vector.Cardinality());
	data.resize((data.size() + 3) / 4 * 4, '\0');
	descriptor.path_or_inline_dv = Z85Encode(data);
	return descriptor;
}

} // namespace merganser
