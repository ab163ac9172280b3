#pragma once

#include "protocol/actions.hpp"
#include "protocol/schema.hpp"
#include "protocol/table_configuration.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! The table that an ALTER TABLE changes, and what its edits need besides.
struct AlteredFrom {
	const TableConfiguration &table;
	//! Physical paths, see ClusteringColumns.
	std::vector<ColumnPath> clustering_columns;
	//! Called per new physical name.
	std::string (*random_uuid)() = nullptr;
};

//! What an ALTER TABLE makes of it. The data files stay as they are.
struct AlteredTable {
	//! Only when it changes: as before plus what the new schema or property needs (PROTOCOL.md, "Table Features").
	std::optional<Protocol> protocol;
	Metadata metadata;

	bool Changes(const TableConfiguration &table) const;
};

//! An edit on its way: `metadata` without its schema string, the schema, and the properties that are given now.
struct TableEdit {
	Schema schema;
	Metadata metadata;
	//! Features that these need are added to the protocol; properties that the table has already are not looked at.
	StringMap given_properties;
};

TableEdit BeginEdit(const TableConfiguration &table);
//! Joins the edit to a table that can be opened and written. Throws UNSUPPORTED naming the feature that this version
//! does not write, INVALID_INPUT for a value that a property cannot have and for names that the change data feed
//! keeps for itself (PROTOCOL.md, "Change Data Files").
AlteredTable FinishEdit(const TableConfiguration &table, TableEdit edit);

//! Throws INVALID_INPUT, with the statement's beginning before it, as above.
void CheckChangeFeedNames(const TableConfiguration &table, const std::string &statement);

//! Turns column mapping by name on where the table has none: every column keeps its name as physical name, so that its
//! files stay valid (PROTOCOL.md, "Column Mapping"), and gets an id. Also gives both to new fields of a mapped table.
void MapColumns(const AlteredFrom &from, TableEdit &edit);

//! The physical paths in the metadata domain `delta.clustering` (PROTOCOL.md, "Clustered Table"). Throws CORRUPT.
std::vector<ColumnPath> ClusteringColumns(std::string_view domain_configuration);

//! `ALTER TABLE "lake.sales.orders": `, to begin messages with.
std::string AlterMessage(const TableConfiguration &table);
//! `s.x`, for messages.
std::string PathText(const ColumnPath &path);

} // namespace merganser
