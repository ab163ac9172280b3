#include "engine/write/returned_rows.hpp"

namespace merganser {

static const char *NameOf(ReturnedAction action) {
	switch (action) {
	case ReturnedAction::INSERT:
		return "INSERT";
	case ReturnedAction::UPDATE:
		return "UPDATE";
	case ReturnedAction::DELETE:
		return "DELETE";
	}
	return "";
}

ReturnedRows::ReturnedRows(duckdb::ClientContext &context, duckdb::vector<duckdb::LogicalType> types, bool has_action_p)
    : has_action(has_action_p), rows(context, std::move(types)) {
}

void ReturnedRows::Append(duckdb::DataChunk &table_rows, ReturnedAction action) {
	duckdb::DataChunk chunk;
	chunk.InitializeEmpty(rows.Types());
	const auto columns = rows.ColumnCount() - (has_action ? 1 : 0);
	for (idx_t i = 0; i < columns; i++) {
		chunk.data[i].Reference(table_rows.data[i]);
	}
	if (has_action) {
		chunk.data[columns].Reference(duckdb::Value(NameOf(action)));
	}
	chunk.SetCardinality(table_rows.size());
	std::lock_guard<std::mutex> guard(lock);
	rows.Append(chunk);
}

} // namespace merganser
