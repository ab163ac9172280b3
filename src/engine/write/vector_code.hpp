#pragma once

#include "duckdb.hpp"
#include "engine/parquet/text_chunk.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! Values of a vector in fewer bytes, as far as a quick look finds a way: equal values once, integers as small offsets
//! from the smallest, texts of which there are few as numbers. For rows that wait in memory; nothing reads it later.
class VectorCode {
public:
	//! Appends the first `count` values to `bytes`.
	void Encode(duckdb::Vector &values, uint64_t count, std::string &bytes);
	//! Into an empty vector with room for them. `bytes`: where Encode began, and it returns where it ended. Requires:
	//! the bytes outlive the result, whose texts may point into them.
	static const char *Decode(const char *bytes, uint64_t count, duckdb::Vector &result);
	//! Texts as they are held: views of the bytes. Requires: a vector of texts was encoded.
	static TextVector ReadTexts(const char *bytes, uint64_t count);

private:
	void EncodeTexts(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes);
	void EncodeNested(duckdb::Vector &values, uint64_t count, std::string &bytes);

	//! Vectors of many texts: after one, some are not looked at.
	uint32_t many_texts = 0;
};

} // namespace merganser
