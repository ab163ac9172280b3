#include "engine/write/column_rows.hpp"

#include "engine/write/row_slice.hpp"

#include <utility>

namespace merganser {

ColumnRows::ColumnRows(duckdb::ClientContext &context_p) : context(context_p) {
}

void ColumnRows::AddColumn(const duckdb::LogicalType &type, size_t place) {
	places.push_back(place);
	columns.push_back(NewCollection(context, {type}));
	columns.back()->InitializeAppend(appends.emplace_back());
}

void ColumnRows::Append(duckdb::DataChunk &rows) {
	for (size_t i = 0; i < columns.size(); i++) {
		duckdb::DataChunk column;
		column.InitializeEmpty(columns[i]->Types());
		column.data[0].Reinterpret(rows.data[places[i]]);
		column.SetCardinality(rows.size());
		columns[i]->Append(appends[i], column);
	}
}

std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> ColumnRows::Take() {
	places.clear();
	appends.clear();
	return std::exchange(columns, {});
}

} // namespace merganser
