#include "protocol/schema_names.hpp"
#include "protocol/number_text.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <algorithm>

namespace merganser {

//! PROTOCOL.md, "Writer Requirements for Column Mapping".
Schema AssignColumnMapping(const Schema &schema, StringMap &configuration, std::string (*random_uuid)()) {
	static constexpr std::string_view MAX_ID_PROPERTY = "delta.columnMapping.maxColumnId";
	int64_t max_id = 0;
	if (auto *written = FindProperty(configuration, MAX_ID_PROPERTY)) {
		max_id = std::max<int64_t>(TryParseInteger(*written).value_or(0), 0);
	}
	// Ids are never used twice, not even those that the property forgot.
	VisitFields(schema.fields,
	            [&](const StructField &field) { max_id = std::max<int64_t>(max_id, field.FieldId().value_or(0)); });
	auto fields = EditFields(schema.fields, [&](StructField &field) {
		if (!field.FieldId()) {
			field.metadata[std::string(FIELD_ID_KEY)] = std::to_string(++max_id);
		}
		if (!field.MetadataString(PHYSICAL_NAME_KEY)) {
			field.SetMetadataString(PHYSICAL_NAME_KEY, "col-" + random_uuid());
		}
	});
	SetProperty(configuration, MAX_ID_PROPERTY, std::to_string(max_id));
	return Schema {std::move(fields)};
}

} // namespace merganser
