#include "protocol/dropped_table_mark.hpp"

#include "protocol/schema.hpp"

namespace merganser {

bool IsDropped(const Metadata &metadata) {
	const auto mark = metadata.configuration.find(DROPPED_PROPERTY);
	if (mark != metadata.configuration.end() && mark->second == "true") {
		return true;
	}
	if (metadata.schema_string.find(DUCKRUN_TOMBSTONE_COLUMN) == std::string::npos) {
		return false;
	}
	const auto fields = ParseSchema(metadata.schema_string).fields;
	return fields.size() == 1 && fields[0].name == DUCKRUN_TOMBSTONE_COLUMN;
}

} // namespace merganser
