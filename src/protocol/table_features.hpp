#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! What Merganser does with a table that lists a feature.
enum class FeatureSupport {
	//! Reads and writes it right.
	READ_WRITE,
	//! Reads it right; refuses to write by name.
	READ_ONLY,
	//! Writes only while the table does not use it (e.g. changeDataFeed listed, property off); the check is in
	//! TableConfiguration.
	WRITE_IF_INACTIVE,
	//! Refused by name at open.
	NONE
};

//! PROTOCOL.md, "Valid Feature Names in Table Features". One row per feature: the single registry.
struct TableFeature {
	std::string_view name;
	//! Reader-writer features must be listed in readerFeatures too; writer-only features do not gate reading.
	bool is_reader_feature;
	//! Smallest legacy protocol that implies it; 0 = only through feature lists.
	int32_t legacy_reader_version;
	int32_t legacy_writer_version;
	FeatureSupport support;
};

const std::vector<TableFeature> &TableFeatures();
//! nullptr for a name that is not in the registry.
const TableFeature *FindTableFeature(std::string_view name);

} // namespace merganser
