#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/expression.hpp"

#include <string>

namespace merganser {

//! How a VARIANT stands in a data file: a struct of `metadata` and `value` (PROTOCOL.md, "Variant Data Type").
duckdb::LogicalType EncodedVariantType();

//! Values of a column of VARIANTs in Parquet's encoding. Immutable, shared by threads.
class VariantEncoding {
public:
	//! `column`: of the chunks that come. `name_p`: for messages.
	VariantEncoding(duckdb::ClientContext &context, duckdb::idx_t column, std::string name_p);

	//! `encoded` must be of EncodedVariantType; it gets the values, which live as long as it does. Throws
	//! InvalidInputException for values that Parquet's variants or Spark have not (INTERVAL, TIME, nanoseconds, …).
	void Encode(duckdb::ClientContext &context, duckdb::DataChunk &rows, duckdb::Vector &encoded) const;

private:
	std::string name;
	duckdb::unique_ptr<duckdb::Expression> call;
};

} // namespace merganser
