#include "base/crc32.hpp"

#include <array>
#include <cstddef>

namespace merganser {

namespace {

constexpr size_t SLICES = 8;
using CrcTables = std::array<std::array<uint32_t, 256>, SLICES>;

constexpr CrcTables MakeTables() {
	CrcTables tables {};
	for (uint32_t byte = 0; byte < 256; ++byte) {
		uint32_t crc = byte;
		for (int bit = 0; bit < 8; ++bit) {
			crc = (crc >> 1) ^ ((crc & 1) ? 0xEDB88320u : 0);
		}
		tables[0][byte] = crc;
	}
	for (size_t slice = 1; slice < SLICES; ++slice) {
		for (size_t byte = 0; byte < 256; ++byte) {
			const uint32_t previous = tables[slice - 1][byte];
			tables[slice][byte] = (previous >> 8) ^ tables[0][previous & 0xFF];
		}
	}
	return tables;
}

constexpr CrcTables TABLES = MakeTables();

} // namespace

uint32_t Crc32(std::string_view bytes, uint32_t previous) {
	uint32_t crc = ~previous;
	auto byte = [&](size_t at) {
		return static_cast<uint32_t>(static_cast<unsigned char>(bytes[at]));
	};
	size_t at = 0;
	for (; at + SLICES <= bytes.size(); at += SLICES) {
		const uint32_t low = crc ^ (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24);
		crc = TABLES[7][low & 0xFF] ^ TABLES[6][(low >> 8) & 0xFF] ^ TABLES[5][(low >> 16) & 0xFF] ^
		      TABLES[4][low >> 24] ^ TABLES[3][byte(at + 4)] ^ TABLES[2][byte(at + 5)] ^ TABLES[1][byte(at + 6)] ^
		      TABLES[0][byte(at + 7)];
	}
	for (; at < bytes.size(); ++at) {
		crc = (crc >> 8) ^ TABLES[0][(crc ^ byte(at)) & 0xFF];
	}
	return ~crc;
}

} // namespace merganser
