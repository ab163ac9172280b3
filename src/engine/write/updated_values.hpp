#pragma once

#include "duckdb.hpp"
#include "engine/write/compact_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace merganser {

//! A row that gets new values: row `row` of collection `collection` of UpdatedValues.
struct UpdatedRow {
	uint32_t position = 0;
	uint32_t row = 0;
	uint32_t collection = 0;
};

//! Sorts by position. Requires: no two rows have one position.
void SortByPosition(std::vector<UpdatedRow> &rows);

//! New values of updated rows, in collections. Each has a column for each of the fields that its rows set.
class UpdatedValues {
public:
	//! `fields`: indexes of the schema's fields. Returns the number of the collection.
	uint32_t Add(const std::vector<size_t> &fields, std::unique_ptr<const CompactRows> rows);

	const CompactRows &Rows(uint32_t collection) const {
		return *collections[collection].rows;
	}
	//! Equal for collections whose rows set the same fields.
	size_t FieldSetOf(uint32_t collection) const {
		return collections[collection].field_set;
	}
	const std::vector<size_t> &Fields(size_t field_set) const {
		return field_sets[field_set];
	}
	//! Takes the collections of others; what was collection i there is now i and the returned number.
	uint32_t TakeFrom(UpdatedValues others);

private:
	struct Collection {
		size_t field_set = 0;
		std::unique_ptr<const CompactRows> rows;
	};
	//! Few.
	std::vector<std::vector<size_t>> field_sets;
	std::vector<Collection> collections;
};

//! UpdatedValues in the making. For one thread.
class GatheredValues {
public:
	explicit GatheredValues(duckdb::ClientContext &context);

	//! The rows have a column for each of the fields. Returns where their values are, one behind the other; the
	//! position is for the caller to set.
	UpdatedRow Append(const std::vector<size_t> &fields, duckdb::DataChunk &rows);
	size_t FieldSetCount() const {
		return collections.size();
	}
	//! Leaves nothing.
	UpdatedValues Take();

private:
	struct Collection {
		std::vector<size_t> fields;
		std::unique_ptr<CompactRows> rows;
	};
	duckdb::ClientContext &context;
	//! By set of fields.
	std::vector<Collection> collections;
};

} // namespace merganser
