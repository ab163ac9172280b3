#pragma once

#include <cstddef>

namespace merganser {

//! A range of bytes that may be changed.
struct MutableBytes {
	char *data = nullptr;
	size_t size = 0;
};

//! Puts the fields of all objects of a variant in the order of their names, as Parquet's "Variant Binary Encoding" asks
//! of writers and readers search by; takes back what the metadata says of sorted names where they are not. Values and
//! sizes stay as they are. Throws CORRUPT for bytes that are no variant, UNSUPPORTED for a time or nanoseconds in it:
//! Spark 4 then reads no row of the whole file.
void OrderVariantKeys(MutableBytes metadata, MutableBytes value);

} // namespace merganser
