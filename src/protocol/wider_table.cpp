#include "protocol/wider_table.hpp"

#include "protocol/schema_names.hpp"

#include <utility>

namespace merganser {

StructField UnmappedField(std::string_view name, TypeKind kind) {
	StructField field;
	field.name = name;
	field.type = DataType::Primitive(kind);
	field.SetMetadataString(UNMAPPED_KEY, "true");
	return field;
}

TableConfigurationPtr WithFields(const TableConfiguration &table, const std::vector<StructField> &fields,
                                 const std::vector<std::string_view> &partition_columns) {
	auto schema = table.GetSchema();
	schema.fields.insert(schema.fields.end(), fields.begin(), fields.end());
	auto metadata = table.GetMetadata();
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns.insert(metadata.partition_columns.end(), partition_columns.begin(),
	                                  partition_columns.end());
	return std::make_shared<TableConfiguration>(table.TableName(), table.GetProtocol(), std::move(metadata));
}

} // namespace merganser
