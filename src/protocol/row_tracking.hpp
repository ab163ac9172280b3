#pragma once

#include "protocol/table_configuration.hpp"

#include <string>
#include <string_view>

namespace merganser {

//! PROTOCOL.md, "Row Tracking".
constexpr std::string_view ROW_TRACKING_FEATURE = "rowTracking";
constexpr std::string_view ROW_TRACKING_PROPERTY = "delta.enableRowTracking";
//! Where the table keeps the highest row id that was given out.
constexpr std::string_view ROW_TRACKING_DOMAIN = "delta.rowTracking";
//! Of commitInfo.
constexpr std::string_view ROW_TRACKING_PRESERVED_TAG = "delta.rowTracking.preserved";

//! The feature is listed ("supported"), whether or not ids can be relied on.
bool SupportsRowTracking(const TableConfiguration &table);
//! delta.rowTrackingSuspended: commits give out no ids meanwhile.
bool IsRowTrackingSuspended(const TableConfiguration &table);
//! delta.enableRowTracking and the feature listed: every row has an id, and whoever copies or updates it keeps that.
bool RowTrackingEnabled(const TableConfiguration &table);

//! The columns of data files that keep ids and commit versions of rows that were copied: in no schema, they are named
//! by properties. Empty where the table never had row tracking.
struct RowTrackingNames {
	std::string row_id;
	std::string row_commit_version;
};
RowTrackingNames RowTrackingNamesOf(const TableConfiguration &table);

//! Names them where `configuration` has delta.enableRowTracking = true and no names; names once given stay.
void NameRowTrackingColumns(StringMap &configuration, std::string (*random_uuid)());
//! Takes over names that `before` has and `configuration` does not: files of the table may use them.
void KeepRowTrackingNames(const StringMap &before, StringMap &configuration);

//! For a table of its own that begins with files of another: what these keep in the columns is not its.
void ForgetRowTrackingNames(StringMap &configuration);

//! The table with both columns behind its own: what files have whose rows were copied or updated. Requires:
//! RowTrackingEnabled, and CheckRowTracking has passed.
TableConfigurationPtr RowTrackingConfiguration(const TableConfiguration &table);

//! Throws INVALID_INPUT where a writer cannot keep what row tracking promises: enabled and suspended at once, columns
//! without names of their own, the feature of domains missing.
void CheckRowTracking(const TableConfiguration &table);

} // namespace merganser
