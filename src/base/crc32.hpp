#pragma once

#include <cstdint>
#include <string_view>

namespace merganser {

//! IEEE CRC-32 (polynomial 0xEDB88320, as zlib), the checksum of deletion-vector files. To continue over several pieces
//! give the result so far as `previous`.
uint32_t Crc32(std::string_view bytes, uint32_t previous = 0);

} // namespace merganser
