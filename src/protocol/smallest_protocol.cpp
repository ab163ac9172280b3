#include "base/error.hpp"
#include "protocol/number_text.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_features.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <algorithm>
#include <set>

namespace merganser {

namespace {

//! What a table without any wish gets: append-only and invariants.
constexpr int32_t SMALLEST_READER_VERSION = 1;
constexpr int32_t SMALLEST_WRITER_VERSION = 2;

constexpr std::pair<std::string_view, std::string_view> FEATURES_BY_SWITCH[] = {
    {"delta.appendOnly", "appendOnly"},
    {"delta.enableChangeDataFeed", "changeDataFeed"},
    {"delta.enableDeletionVectors", "deletionVectors"},
    {"delta.enableInCommitTimestamps", "inCommitTimestamp"},
    {"delta.enableRowTracking", "rowTracking"},
    {"delta.enableTypeWidening", "typeWidening"},
    {"delta.enableVariantShredding", "variantShredding"},
    {"delta.enableIcebergCompatV1", "icebergCompatV1"},
    {"delta.enableIcebergCompatV2", "icebergCompatV2"},
    {"delta.enableIcebergCompatV3", "icebergCompatV3"},
    {"delta.enableIcebergWriterCompatV1", "icebergWriterCompatV1"},
    {"delta.enableIcebergWriterCompatV3", "icebergWriterCompatV3"},
    {"delta.enableMaterializePartitionColumnsFeature", "materializePartitionColumns"},
};

constexpr std::pair<std::string_view, std::string_view> FEATURES_BY_PRESENCE[] = {
    {"delta.coordinatedCommits.commitCoordinator-preview", "coordinatedCommits-preview"},
    {"delta.redirectReaderWriter-preview", "redirectReaderWriter-preview"},
    {"delta.redirectWriterOnly-preview", "redirectWriterOnly-preview"},
};

constexpr std::pair<std::string_view, std::string_view> FEATURES_BY_COLUMN_METADATA[] = {
    {"delta.invariants", "invariants"},
    {"delta.generationExpression", "generatedColumns"},
    {"delta.identity.step", "identityColumns"},
    {"CURRENT_DEFAULT", "allowColumnDefaults"},
};

//! PROTOCOL.md, "Row Tracking" and "Clustered Table".
bool NeedsDomains(std::string_view feature) {
	return feature == "clustering" || feature == "rowTracking";
}

//! Features that a schema and its properties ask for.
class Wishes {
public:
	//! `active`: the table uses it from the start, it is not only listed.
	void Add(std::string_view name, bool active, const std::string &asked_by) {
		auto *feature = FindTableFeature(name);
		bool writable = feature && (feature->support == FeatureSupport::READ_WRITE ||
		                            (feature->support == FeatureSupport::WRITE_IF_INACTIVE && !active));
		if (!writable) {
			throw Error(ErrorKind::UNSUPPORTED, asked_by + " needs the table feature '" + std::string(name) +
			                                        "', which this version of Merganser does not write; leave it out");
		}
		features.insert(feature);
		if (NeedsDomains(name)) {
			features.insert(FindTableFeature("domainMetadata"));
		}
	}
	void AddVersions(int32_t reader, int32_t writer) {
		reader_version = std::max(reader_version, reader);
		writer_version = std::max(writer_version, writer);
	}
	Protocol Smallest() const;
	//! Lists nothing but these features, for a protocol that lists its own. `lists_reader_features`: it does so for
	//! readers too.
	Protocol Listed(bool lists_reader_features) const;

private:
	std::set<const TableFeature *> features;
	int32_t reader_version = SMALLEST_READER_VERSION;
	int32_t writer_version = SMALLEST_WRITER_VERSION;
};

Protocol Wishes::Smallest() const {
	Protocol protocol;
	protocol.min_reader_version = reader_version;
	protocol.min_writer_version = writer_version;
	bool needs_lists = false;
	for (auto *feature : features) {
		needs_lists |= feature->legacy_writer_version == 0;
		protocol.min_reader_version = std::max(protocol.min_reader_version, feature->legacy_reader_version);
		protocol.min_writer_version = std::max(protocol.min_writer_version, feature->legacy_writer_version);
	}
	if (!needs_lists && protocol.min_reader_version < READER_VERSION_WITH_FEATURES &&
	    protocol.min_writer_version < WRITER_VERSION_WITH_FEATURES) {
		return protocol;
	}
	// Version 7 implies nothing, so that what every table has before is listed from here on.
	std::set<std::string> reader_names, writer_names = {"appendOnly", "invariants"};
	for (auto *feature : features) {
		writer_names.insert(std::string(feature->name));
		if (feature->is_reader_feature) {
			reader_names.insert(std::string(feature->name));
		}
	}
	bool lists_reader_features = !reader_names.empty() || reader_version == READER_VERSION_WITH_FEATURES;
	protocol.min_writer_version = WRITER_VERSION_WITH_FEATURES;
	protocol.writer_features.emplace(writer_names.begin(), writer_names.end());
	protocol.min_reader_version = lists_reader_features ? READER_VERSION_WITH_FEATURES : SMALLEST_READER_VERSION;
	if (lists_reader_features) {
		protocol.reader_features.emplace(reader_names.begin(), reader_names.end());
	}
	return protocol;
}

Protocol Wishes::Listed(bool lists_reader_features) const {
	Protocol protocol;
	protocol.min_reader_version = reader_version;
	protocol.min_writer_version = WRITER_VERSION_WITH_FEATURES;
	protocol.writer_features.emplace();
	std::vector<std::string> reader_names;
	for (auto *feature : features) {
		protocol.writer_features->emplace_back(feature->name);
		if (feature->is_reader_feature) {
			reader_names.emplace_back(feature->name);
			protocol.min_reader_version = std::max(protocol.min_reader_version, feature->legacy_reader_version);
			lists_reader_features |= feature->legacy_reader_version == 0;
		}
	}
	if (lists_reader_features || reader_version == READER_VERSION_WITH_FEATURES) {
		protocol.min_reader_version = READER_VERSION_WITH_FEATURES;
		protocol.reader_features = std::move(reader_names);
	}
	return protocol;
}

Error BadValue(std::string_view property, const std::string &value, std::string_view allowed) {
	return Error(ErrorKind::INVALID_INPUT,
	             "property " + std::string(property) + " cannot be '" + value + "'; use " + std::string(allowed));
}

bool AsksFor(const DataType &type, TypeKind wanted) {
	bool found = type.kind == wanted;
	for (auto &field : type.fields) {
		found |= AsksFor(*field.type, wanted);
	}
	return found || (type.key && AsksFor(*type.key, wanted)) || (type.element && AsksFor(*type.element, wanted));
}

void AddSchemaWishes(const Schema &schema, Wishes &wishes) {
	for (auto &field : schema.fields) {
		if (AsksFor(*field.type, TypeKind::TIMESTAMP_NTZ)) {
			wishes.Add("timestampNtz", true, "column '" + field.name + "' of type timestamp_ntz");
		}
		if (AsksFor(*field.type, TypeKind::VARIANT)) {
			wishes.Add("variantType", true, "column '" + field.name + "' of type variant");
		}
	}
	VisitFields(schema.fields, [&](const StructField &field) {
		for (auto &[key, feature] : FEATURES_BY_COLUMN_METADATA) {
			if (field.metadata.count(std::string(key)) > 0) {
				wishes.Add(feature, true, std::string(key) + " of column '" + field.name + "'");
			}
		}
	});
}

void AddFeatureWishes(const StringMap &configuration, Wishes &wishes) {
	for (auto &[key, value] : configuration) {
		if (HasNamePrefix(key, CONSTRAINT_PREFIX)) {
			wishes.Add("checkConstraints", true, "property " + key);
		}
		if (!HasNamePrefix(key, FEATURE_PREFIX)) {
			continue;
		}
		if (!SameName(value, "supported") && !SameName(value, "enabled")) {
			throw BadValue(key, value, "'supported'");
		}
		auto name = CanonicalPropertyName(key).value_or(key).substr(FEATURE_PREFIX.size());
		wishes.Add(name, false, "property " + key);
	}
}

void AddVersionWish(const StringMap &configuration, std::string_view property, int32_t version_max, int32_t &version) {
	auto *value = FindProperty(configuration, property);
	if (!value) {
		return;
	}
	auto number = TryParseInteger(*value);
	if (!number || *number < 1 || *number > version_max) {
		throw BadValue(property, *value, "a number from 1 to " + std::to_string(version_max));
	}
	version = static_cast<int32_t>(*number);
}

void AddModeWishes(const StringMap &configuration, Wishes &wishes) {
	if (auto *mode = FindProperty(configuration, "delta.columnMapping.mode")) {
		if (SameName(*mode, "name") || SameName(*mode, "id")) {
			wishes.Add("columnMapping", true, "property delta.columnMapping.mode");
		} else if (!SameName(*mode, "none")) {
			throw BadValue("delta.columnMapping.mode", *mode, "'none', 'name' or 'id'");
		}
	}
	if (auto *policy = FindProperty(configuration, "delta.checkpointPolicy")) {
		if (SameName(*policy, "v2")) {
			wishes.Add("v2Checkpoint", true, "property delta.checkpointPolicy");
		} else if (!SameName(*policy, "classic")) {
			throw BadValue("delta.checkpointPolicy", *policy, "'classic' or 'v2'");
		}
	}
}

Wishes WishesOf(const Schema &schema, const StringMap &configuration) {
	Wishes wishes;
	AddSchemaWishes(schema, wishes);
	AddFeatureWishes(configuration, wishes);
	AddModeWishes(configuration, wishes);
	for (auto &[property, feature] : FEATURES_BY_SWITCH) {
		auto *value = FindProperty(configuration, property);
		if (!value) {
			continue;
		}
		auto is_on = TryParseBoolean(*value);
		if (!is_on) {
			throw BadValue(property, *value, "'true' or 'false'");
		}
		if (*is_on) {
			wishes.Add(feature, true, "property " + std::string(property));
		}
	}
	for (auto &[property, feature] : FEATURES_BY_PRESENCE) {
		if (FindProperty(configuration, property)) {
			wishes.Add(feature, true, "property " + std::string(property));
		}
	}
	int32_t reader_version = SMALLEST_READER_VERSION, writer_version = SMALLEST_WRITER_VERSION;
	AddVersionWish(configuration, "delta.minReaderVersion", READER_VERSION_WITH_FEATURES, reader_version);
	AddVersionWish(configuration, "delta.minWriterVersion", WRITER_VERSION_WITH_FEATURES, writer_version);
	wishes.AddVersions(reader_version, writer_version);
	return wishes;
}

} // namespace

Protocol SmallestProtocol(const Schema &schema, const StringMap &configuration) {
	return WishesOf(schema, configuration).Smallest();
}

Protocol ExtendProtocol(const Protocol &current, const Schema &schema, const StringMap &configuration) {
	auto wishes = WishesOf(schema, configuration);
	if (current.min_writer_version < WRITER_VERSION_WITH_FEATURES) {
		return CombineProtocols(current, wishes.Smallest());
	}
	return CombineProtocols(current, wishes.Listed(current.min_reader_version >= READER_VERSION_WITH_FEATURES));
}

} // namespace merganser
