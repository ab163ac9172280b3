#pragma once

#include "parquet_types.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace merganser {

//! True for the codecs that pages can be read and written with here: none, Snappy, Zstandard.
bool IsKnownCodec(duckdb_parquet::CompressionCodec::type codec);

//! The codec of a name, of these; nullopt for others.
std::optional<duckdb_parquet::CompressionCodec::type> KnownCodec(const std::string &name);

//! Appends the compressed bytes. Requires: IsKnownCodec.
void AppendCompressed(duckdb_parquet::CompressionCodec::type codec, std::string_view bytes, std::string &target);
//! Replaces `target` by the `size` bytes that were compressed. Throws CORRUPT where there are not as many. Requires:
//! IsKnownCodec.
void Decompress(duckdb_parquet::CompressionCodec::type codec, std::string_view bytes, size_t size, std::string &target);

} // namespace merganser
