#pragma once

#include "parquet_types.h"

#include <cstddef>

namespace merganser {

//! How a leaf's values are compared, where Parquet says it ("ColumnOrder", TypeDefinedOrder).
enum class ValueOrder {
	//! Not at all, or not by us.
	NONE,
	//! Signed, 4 or 8 bytes.
	INTEGER,
	//! FLOAT and DOUBLE.
	NUMBER,
	//! Signed, most significant byte first, at most 16 bytes.
	SIGNED_BYTES,
	//! Byte by byte, unsigned.
	BYTES,
};

//! How the pages of a leaf without anything around it hold its values.
struct LeafForm {
	//! Bytes of a value; 0 where values have lengths of their own, or are bits.
	size_t width = 0;
	bool is_bits = false;
	//! Pages have definition levels: 0 is NULL, 1 a value.
	bool has_nulls = false;
	ValueOrder order = ValueOrder::NONE;
};

//! Requires: the element is a leaf at the top of the schema that is not repeated.
LeafForm LeafFormOf(const duckdb_parquet::SchemaElement &element);

} // namespace merganser
