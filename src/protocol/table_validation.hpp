#pragma once

#include "protocol/actions.hpp"
#include "protocol/schema.hpp"
#include "protocol/table_configuration.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! The steps of TableConfiguration's construction. Nobody else calls them: an opened table is a validated table.

//! The versions that name their features one by one (PROTOCOL.md, "Table Features").
constexpr int32_t READER_VERSION_WITH_FEATURES = 3;
constexpr int32_t WRITER_VERSION_WITH_FEATURES = 7;

//! True when the feature is listed or implied by a legacy version, for readers where it is a reader feature.
bool SupportsFeature(const Protocol &protocol, std::string_view name);
//! Throws UNSUPPORTED naming a version or feature that we do not read, CORRUPT when versions and lists do not fit.
void CheckReadable(const std::string &table_name, const Protocol &protocol);
//! Throws CORRUPT when a field lacks its physical name or, in id mode, its id.
void CheckColumnMapping(const Schema &schema, ColumnMappingMode mode);
//! Throws UNSUPPORTED for a change of type that no reader has to understand (PROTOCOL.md, "Reader Requirements for Type
//! Widening").
void CheckTypeChanges(const Schema &schema);
//! Indexes of the partition columns. Throws CORRUPT when one is missing, nested or named twice.
std::vector<size_t> ResolvePartitionColumns(const Schema &schema, const std::vector<std::string> &names);
//! The schema without physical names and ids.
Schema WithoutColumnMapping(const Schema &schema);

using FieldVisitor = std::function<void(const StructField &field)>;
//! Every struct field, outer before inner, below arrays and maps too.
void VisitFields(const std::vector<StructField> &fields, const FieldVisitor &visit);
using FieldEditor = std::function<void(StructField &field)>;
//! A copy in which `edit` has changed every struct field, outer before inner. `edit` leaves the type alone.
std::vector<StructField> EditFields(const std::vector<StructField> &fields, const FieldEditor &edit);

} // namespace merganser
