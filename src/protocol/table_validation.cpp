#include "protocol/table_validation.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/change_feed.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_features.hpp"

#include <algorithm>

namespace merganser {

namespace {

void VisitType(const DataType &type, const FieldVisitor &visit) {
	VisitFields(type.fields, visit);
	if (type.key) {
		VisitType(*type.key, visit);
	}
	if (type.element) {
		VisitType(*type.element, visit);
	}
}

DataTypePtr EditType(const DataTypePtr &type, const FieldEditor &edit) {
	switch (type->kind) {
	case TypeKind::STRUCT:
		return DataType::Struct(EditFields(type->fields, edit));
	case TypeKind::ARRAY:
		return DataType::Array(EditType(type->element, edit), type->element_nullable);
	case TypeKind::MAP: {
		auto key = EditType(type->key, edit);
		return DataType::Map(std::move(key), EditType(type->element, edit), type->element_nullable);
	}
	default:
		return type;
	}
}

void CheckFeaturesReadable(const std::string &table_name, const std::optional<std::vector<std::string>> &names,
                           bool for_readers) {
	if (!names) {
		return;
	}
	for (auto &name : *names) {
		auto *feature = FindTableFeature(name);
		// A feature for writers that we do not know does not stop reading.
		bool refused = feature ? feature->support == FeatureSupport::NONE : for_readers;
		if (refused) {
			throw Error(ErrorKind::UNSUPPORTED,
			            "table '" + table_name + "' needs the reader feature '" + name +
			                "', which this version of Merganser does not read; use an engine that does, or ask the "
			                "owner of the table to drop the feature");
		}
	}
}

bool HasNames(const std::optional<std::vector<std::string>> &names) {
	return names && !names->empty();
}

//! Decimal digits that hold every value; 0 for what is no integer.
int DigitsBeforePoint(TypeKind kind) {
	switch (kind) {
	case TypeKind::BYTE:
		return 3;
	case TypeKind::SHORT:
		return 5;
	case TypeKind::INTEGER:
		return 10;
	case TypeKind::LONG:
		return 19;
	default:
		return 0;
	}
}

//! PROTOCOL.md, "Type Widening". Writers go below the 10 and 20 digits that it asks of decimals: what holds every value
//! is read.
bool IsKnownWidening(const DataType &from, const DataType &to) {
	int from_digits = DigitsBeforePoint(from.kind);
	int to_digits = DigitsBeforePoint(to.kind);
	if (from_digits > 0 && to_digits > 0) {
		return from_digits < to_digits;
	}
	if (to.kind == TypeKind::DOUBLE) {
		return from.kind == TypeKind::FLOAT || (from_digits > 0 && from.kind != TypeKind::LONG);
	}
	if (to.kind == TypeKind::TIMESTAMP_NTZ) {
		return from.kind == TypeKind::DATE;
	}
	if (to.kind == TypeKind::DECIMAL) {
		int before_point = from_digits > 0 ? from_digits : from.precision - from.scale;
		bool known = from_digits > 0 || from.kind == TypeKind::DECIMAL;
		return known && to.scale >= from.scale && to.precision - to.scale >= before_point;
	}
	return false;
}

void CheckTypeChange(const StructField &field, JsonValue change) {
	auto from_name = change.GetString("fromType"), to_name = change.GetString("toType");
	auto from = PrimitiveTypeOf(from_name), to = PrimitiveTypeOf(to_name);
	if (!from || !to || !IsKnownWidening(*from, *to)) {
		throw Error(ErrorKind::UNSUPPORTED, "column '" + field.name + "' was changed from " + std::string(from_name) +
		                                        " to " + std::string(to_name) +
		                                        ", which this version of Merganser does not read");
	}
}

} // namespace

void VisitFields(const std::vector<StructField> &fields, const FieldVisitor &visit) {
	for (auto &field : fields) {
		visit(field);
		VisitType(*field.type, visit);
	}
}

std::vector<StructField> EditFields(const std::vector<StructField> &fields, const FieldEditor &edit) {
	auto edited = fields;
	for (auto &field : edited) {
		edit(field);
		field.type = EditType(field.type, edit);
	}
	return edited;
}

void CheckReadable(const std::string &table_name, const Protocol &protocol) {
	auto reader_version = protocol.min_reader_version, writer_version = protocol.min_writer_version;
	if (reader_version > READER_VERSION_WITH_FEATURES) {
		throw Error(ErrorKind::UNSUPPORTED, "table '" + table_name + "' needs reader version " +
		                                        std::to_string(reader_version) +
		                                        ", this version of Merganser reads up to " +
		                                        std::to_string(READER_VERSION_WITH_FEATURES) + "; use a newer version");
	}
	auto corrupt = [&](const std::string &problem) {
		return Error(ErrorKind::CORRUPT, "table '" + table_name + "' has a protocol action " + problem +
		                                     " (reader version " + std::to_string(reader_version) +
		                                     ", writer version " + std::to_string(writer_version) + ")");
	};
	if (reader_version < 1 || writer_version < 1) {
		throw corrupt("with a version below 1");
	}
	bool lists_reader_features = reader_version == READER_VERSION_WITH_FEATURES;
	bool lists_writer_features = writer_version >= WRITER_VERSION_WITH_FEATURES;
	if (lists_reader_features && (!protocol.reader_features || !lists_writer_features)) {
		throw corrupt("without the features that its versions demand");
	}
	if (lists_writer_features && !protocol.writer_features) {
		throw corrupt("without the features that its versions demand");
	}
	if ((!lists_reader_features && HasNames(protocol.reader_features)) ||
	    (!lists_writer_features && HasNames(protocol.writer_features))) {
		throw corrupt("with features that its versions do not allow");
	}
	CheckFeaturesReadable(table_name, protocol.reader_features, true);
	CheckFeaturesReadable(table_name, protocol.writer_features, false);
}

void CheckColumnMapping(const Schema &schema, ColumnMappingMode mode) {
	VisitFields(schema.fields, [&](const StructField &field) {
		if (field.metadata.count(std::string(UNMAPPED_KEY)) > 0) {
			return;
		}
		if (!field.MetadataString(PHYSICAL_NAME_KEY)) {
			throw Error(ErrorKind::CORRUPT,
			            "column '" + field.name + "' has no physical name, though column mapping is on");
		}
		if (mode == ColumnMappingMode::ID && !field.FieldId()) {
			throw Error(ErrorKind::CORRUPT, "column '" + field.name + "' has no id, though columns are mapped by id");
		}
	});
}

void CheckTypeChanges(const Schema &schema) {
	VisitFields(schema.fields, [](const StructField &field) {
		auto changes = field.metadata.find("delta.typeChanges");
		if (changes == field.metadata.end()) {
			return;
		}
		auto document = ParseJson(changes->second, "delta.typeChanges of column '" + field.name + "'");
		for (JsonValue change : document.Root().Elements()) {
			CheckTypeChange(field, change);
		}
	});
}

std::vector<size_t> ResolvePartitionColumns(const Schema &schema, const std::vector<std::string> &names) {
	std::vector<size_t> columns;
	for (auto &name : names) {
		auto index = schema.IndexOf(name);
		if (!index) {
			throw Error(ErrorKind::CORRUPT, "partition column '" + name + "' is not in the schema");
		}
		if (schema.fields[*index].type->IsNested()) {
			throw Error(ErrorKind::CORRUPT, "partition column '" + name + "' is of a nested type");
		}
		if (std::find(columns.begin(), columns.end(), *index) != columns.end()) {
			throw Error(ErrorKind::CORRUPT, "partition column '" + name + "' is named twice");
		}
		columns.push_back(*index);
	}
	return columns;
}

Schema WithoutColumnMapping(const Schema &schema) {
	bool mapped = false;
	VisitFields(schema.fields, [&](const StructField &field) {
		mapped |= field.metadata.count(std::string(PHYSICAL_NAME_KEY)) > 0 ||
		          field.metadata.count(std::string(FIELD_ID_KEY)) > 0;
	});
	if (!mapped) {
		return schema;
	}
	return Schema {EditFields(schema.fields, [](StructField &field) {
		field.metadata.erase(std::string(PHYSICAL_NAME_KEY));
		field.metadata.erase(std::string(FIELD_ID_KEY));
	})};
}

} // namespace merganser
