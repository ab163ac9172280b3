#include "base/error.hpp"
#include "protocol/column_default.hpp"
#include "protocol/identity_columns.hpp"
#include "protocol/row_rules.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_features.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <set>

namespace merganser {

namespace {

Error Refusal(const TableConfiguration &table, const std::string &reason) {
	return Error(ErrorKind::UNSUPPORTED, "table '" + table.TableName() + "' cannot be written: " + reason +
	                                         "; reading works, write it with another engine");
}

//! What of the feature the table uses; nullopt when it is only listed.
std::optional<std::string> ActiveUse(const TableConfiguration &table, std::string_view feature) {
	static constexpr std::pair<std::string_view, std::string_view> IN_PROPERTIES[] = {
	    {"icebergCompatV1", "delta.enableIcebergCompatV1"},
	    {"icebergCompatV2", "delta.enableIcebergCompatV2"},
	    {"icebergCompatV3", "delta.enableIcebergCompatV3"},
	    {"icebergWriterCompatV1", "delta.enableIcebergWriterCompatV1"},
	    {"icebergWriterCompatV3", "delta.enableIcebergWriterCompatV3"},
	};
	for (auto &[name, property] : IN_PROPERTIES) {
		if (name == feature) {
			return table.PropertyBool(property, false) ? std::optional<std::string>(std::string(property) + " is on")
			                                           : std::nullopt;
		}
	}
	throw Error(ErrorKind::INTERNAL, "no rule says when the feature '" + std::string(feature) + "' is active");
}

void CheckFeatureWritable(const TableConfiguration &table, const std::string &name) {
	auto *feature = FindTableFeature(name);
	auto refuse = [&](const std::string &use) {
		return Refusal(table, "it needs the writer feature '" + name +
		                          "', which this version of Merganser does not write" + use);
	};
	if (!feature) {
		throw refuse("");
	}
	switch (feature->support) {
	case FeatureSupport::READ_WRITE:
		return;
	case FeatureSupport::READ_ONLY:
	case FeatureSupport::NONE:
		throw refuse("");
	case FeatureSupport::WRITE_IF_INACTIVE:
		if (auto use = ActiveUse(table, name)) {
			throw refuse(" (" + *use + ")");
		}
		return;
	}
}

//! Rows can be written only where every rule about them can be checked, every default value computed, every identity
//! numbered, and every row tracked that has to be.
void CheckRowsWritable(const TableConfiguration &table) {
	try {
		RowRulesOf(table);
		CheckColumnDefaults(table.GetSchema());
		IdentityColumnsOf(table);
		CheckRowTracking(table);
	} catch (const Error &error) {
		throw Refusal(table, error.what());
	}
}

bool IsAllVoid(const std::vector<StructField> &fields) {
	for (auto &field : fields) {
		if (field.type->kind != TypeKind::VOID) {
			return false;
		}
	}
	return true;
}

//! PROTOCOL.md, "Void Type": shapes that no data file can have.
bool HasUnwritableVoid(const DataType &type) {
	switch (type.kind) {
	case TypeKind::STRUCT:
		for (auto &field : type.fields) {
			if (HasUnwritableVoid(*field.type)) {
				return true;
			}
		}
		return IsAllVoid(type.fields);
	case TypeKind::MAP:
		return type.key->kind == TypeKind::VOID || type.element->kind == TypeKind::VOID ||
		       HasUnwritableVoid(*type.key) || HasUnwritableVoid(*type.element);
	case TypeKind::ARRAY:
		return type.element->kind == TypeKind::VOID || HasUnwritableVoid(*type.element);
	default:
		return false;
	}
}

} // namespace

void TableConfiguration::CheckWritable() const {
	if (protocol.min_writer_version > WRITER_VERSION_WITH_FEATURES) {
		throw Refusal(*this, "it needs writer version " + std::to_string(protocol.min_writer_version) +
		                         ", this version of Merganser writes up to " +
		                         std::to_string(WRITER_VERSION_WITH_FEATURES));
	}
	std::set<std::string> names;
	if (protocol.writer_features) {
		names.insert(protocol.writer_features->begin(), protocol.writer_features->end());
	}
	if (protocol.reader_features) {
		names.insert(protocol.reader_features->begin(), protocol.reader_features->end());
	}
	for (auto &feature : TableFeatures()) {
		if (SupportsFeature(protocol, feature.name)) {
			names.insert(std::string(feature.name));
		}
	}
	for (auto &name : names) {
		CheckFeatureWritable(*this, name);
	}
	CheckRowsWritable(*this);
	for (auto &field : schema.fields) {
		if (HasUnwritableVoid(*field.type)) {
			throw Refusal(*this, "column '" + field.name + "' holds a void type that no data file can have");
		}
	}
	if (IsAllVoid(schema.fields)) {
		throw Refusal(*this, "it has no column that a data file can hold");
	}
}

} // namespace merganser
