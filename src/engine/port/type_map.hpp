#pragma once

#include "duckdb.hpp"
#include "protocol/scalar.hpp"
#include "protocol/schema.hpp"

#include <string>

namespace merganser {

//! How DuckDB's TIMESTAMP (without zone) is stored.
enum class NaiveTimestamps {
	//! timestamp_ntz.
	NTZ,
	//! `timestamp`, the value taken as UTC, for readers that hide timestamp_ntz.
	UTC
};

//! The DuckDB type of a Delta type: byte TINYINT … long BIGINT, float, double, decimal, string VARCHAR, binary BLOB,
//! date, timestamp TIMESTAMP WITH TIME ZONE, timestamp_ntz TIMESTAMP, variant VARIANT, void: INTEGER NULLs shown as
//! "NULL" type, struct, list, map.
duckdb::LogicalType ToDuckDBType(const DataType &type);

//! The Delta type that holds a DuckDB type: unsigned integers widen, UBIGINT and HUGEINT become decimal(20,0) /
//! decimal(38,0), ENUM, UUID, JSON and TIME become string, fixed arrays become arrays. Throws UNSUPPORTED naming column
//! and type (INTERVAL, BIT, TIMETZ, …). ToDuckDBType of the result is the type that rows must be cast to before they
//! are written.
DataTypePtr ToDeltaType(const duckdb::LogicalType &type, const std::string &column_name,
                        NaiveTimestamps naive_timestamps);
//! The same of a field, an element, a key or a value: a VARIANT is refused there.
DataTypePtr ToNestedDeltaType(const duckdb::LogicalType &type, const std::string &column_name, NaiveTimestamps naive);

//! A constant of a DuckDB type as Scalar of the Delta type; monostate for NULL. Throws INTERNAL for nested types.
Scalar ToScalar(const duckdb::Value &value, const DataType &type);
//! Of ToDuckDBType(type).
duckdb::Value ToValue(const Scalar &scalar, const DataType &type);

} // namespace merganser
