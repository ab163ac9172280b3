#pragma once

#include "protocol/altered_table.hpp"

#include <string>
#include <string_view>

namespace merganser {

//! Where a table names its columns outside of the schema: what ALTER TABLE has to follow, or stops at.

//! Throws INVALID_INPUT when a CHECK constraint, an invariant or a generated column may use the column at the head of
//! the path: their texts are in the dialect of the engine that wrote them, so that any mention of its name counts.
void CheckIsNotInExpressions(const TableConfiguration &table, const ColumnPath &path);
//! True when it throws for the column.
bool IsInExpressions(const TableConfiguration &table, const std::string &column);

//! The same, and for partition, clustering and sort columns.
void CheckMayDrop(const AlteredFrom &from, const ColumnPath &path);

//! `delta.dataSkippingStatsColumns`, `merganser.sortedBy` and the list of partition columns after a field has got
//! another name.
void RenameInProperties(const ColumnPath &path, const std::string &new_name, TableEdit &edit);

//! `delta.dataSkippingStatsColumns` after a field has gone; nothing left: the default counts again.
void DropFromProperties(const ColumnPath &path, TableEdit &edit);

//! True when the expression has `name` as a whole word outside of texts in single quotes, in any case.
bool MentionsName(std::string_view expression, std::string_view name);

//! The columns of `merganser.sortedBy`; none where it is not set or cannot be read.
std::vector<std::string> SortedByColumns(const StringMap &configuration);

} // namespace merganser
