#include "engine/parquet/page_compression.hpp"

#include "base/error.hpp"
#include "snappy.h"
#include "zstd.h"

namespace merganser {

namespace {

using duckdb_parquet::CompressionCodec;

//! DuckDB's own for Parquet.
constexpr int ZSTD_LEVEL = 3;

[[noreturn]] void ThrowDamagedBytes() {
	throw Error(ErrorKind::CORRUPT, "a compressed Parquet page is damaged");
}

void DecompressSnappy(std::string_view bytes, std::string &target) {
	size_t size = 0;
	if (!duckdb_snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size) || size != target.size() ||
	    !duckdb_snappy::RawUncompress(bytes.data(), bytes.size(), target.data())) {
		ThrowDamagedBytes();
	}
}

} // namespace

bool IsKnownCodec(CompressionCodec::type codec) {
	return codec == CompressionCodec::UNCOMPRESSED || codec == CompressionCodec::SNAPPY ||
	       codec == CompressionCodec::ZSTD;
}

std::optional<CompressionCodec::type> KnownCodec(const std::string &name) {
	if (name == "none" || name == "uncompressed") {
		return CompressionCodec::UNCOMPRESSED;
	}
	if (name == "snappy") {
		return CompressionCodec::SNAPPY;
	}
	return name == "zstd" ? std::optional<CompressionCodec::type>(CompressionCodec::ZSTD) : std::nullopt;
}

void AppendCompressed(CompressionCodec::type codec, std::string_view bytes, std::string &target) {
	Verify(IsKnownCodec(codec), "a page is compressed in a known way");
	if (codec == CompressionCodec::UNCOMPRESSED) {
		target.append(bytes);
		return;
	}
	const auto start = target.size();
	const bool is_snappy = codec == CompressionCodec::SNAPPY;
	const auto bound =
	    is_snappy ? duckdb_snappy::MaxCompressedLength(bytes.size()) : duckdb_zstd::ZSTD_compressBound(bytes.size());
	target.resize(start + bound);
	size_t size = 0;
	if (is_snappy) {
		duckdb_snappy::RawCompress(bytes.data(), bytes.size(), target.data() + start, &size);
	} else {
		size = duckdb_zstd::ZSTD_compress(target.data() + start, bound, bytes.data(), bytes.size(), ZSTD_LEVEL);
		Verify(!duckdb_zstd::ZSTD_isError(size), "there is room for what Zstandard writes");
	}
	target.resize(start + size);
}

void Decompress(CompressionCodec::type codec, std::string_view bytes, size_t size, std::string &target) {
	Verify(IsKnownCodec(codec), "a page is decompressed in a known way");
	target.resize(size);
	switch (codec) {
	case CompressionCodec::SNAPPY:
		return DecompressSnappy(bytes, target);
	case CompressionCodec::ZSTD:
		if (duckdb_zstd::ZSTD_decompress(target.data(), size, bytes.data(), bytes.size()) != size) {
			ThrowDamagedBytes();
		}
		return;
	default:
		if (bytes.size() != size) {
			ThrowDamagedBytes();
		}
		target.assign(bytes);
	}
}

} // namespace merganser
