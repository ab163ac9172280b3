#include "protocol/table_features.hpp"

namespace merganser {

const std::vector<TableFeature> &TableFeatures() {
	using enum FeatureSupport;
	constexpr bool READER = true, WRITER_ONLY = false;
	// PROTOCOL.md, "Valid Feature Names in Table Features", then the accepted and proposed RFCs and the previews that
	// occur in tables. Legacy versions: "Reader Version Requirements" and "Writer Version Requirements".
	static const std::vector<TableFeature> features = {
	    {"appendOnly", WRITER_ONLY, 0, 2, READ_WRITE},
	    {"invariants", WRITER_ONLY, 0, 2, READ_WRITE},
	    {"checkConstraints", WRITER_ONLY, 0, 3, READ_WRITE},
	    // Commits that only add or only remove whole files need no change files (PROTOCOL.md, "Change Data Files"), so
	    // that appends are right with the feed on. What rewrites rows has to ask
	    // TableConfiguration::ChangeDataFeedEnabled.
	    {"changeDataFeed", WRITER_ONLY, 0, 4, READ_WRITE},
	    {"generatedColumns", WRITER_ONLY, 0, 4, READ_WRITE},
	    {"columnMapping", READER, 2, 5, READ_WRITE},
	    {"identityColumns", WRITER_ONLY, 0, 6, READ_WRITE},
	    {"allowColumnDefaults", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"deletionVectors", READER, 0, 0, READ_WRITE},
	    // Ids are given out where commits are assembled, as soon as the feature is listed, enabled or not.
	    {"rowTracking", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"timestampNtz", READER, 0, 0, READ_WRITE},
	    {"domainMetadata", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"v2Checkpoint", READER, 0, 0, READ_WRITE},
	    {"vacuumProtocolCheck", READER, 0, 0, READ_WRITE},
	    {"inCommitTimestamp", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"clustering", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"typeWidening", READER, 0, 0, READ_WRITE},
	    {"typeWidening-preview", READER, 0, 0, READ_WRITE},
	    {"variantType", READER, 0, 0, READ_WRITE},
	    {"variantType-preview", READER, 0, 0, READ_ONLY},
	    {"variantShredding", READER, 0, 0, READ_ONLY},
	    {"variantShredding-preview", READER, 0, 0, READ_ONLY},
	    // Bounds the clean-up of the log: delta.requireCheckpointProtectionBeforeVersion.
	    {"checkpointProtection", WRITER_ONLY, 0, 0, READ_WRITE},
	    {"icebergCompatV1", WRITER_ONLY, 0, 0, WRITE_IF_INACTIVE},
	    {"icebergCompatV2", WRITER_ONLY, 0, 0, WRITE_IF_INACTIVE},
	    {"icebergCompatV3", WRITER_ONLY, 0, 0, WRITE_IF_INACTIVE},
	    {"icebergWriterCompatV1", WRITER_ONLY, 0, 0, WRITE_IF_INACTIVE},
	    {"icebergWriterCompatV3", WRITER_ONLY, 0, 0, WRITE_IF_INACTIVE},
	    {"materializePartitionColumns", WRITER_ONLY, 0, 0, READ_ONLY},
	    {"columnMappingUsageTracking", WRITER_ONLY, 0, 0, READ_ONLY},
	    {"allowUnsortedVariantKeys", READER, 0, 0, NONE},
	    // The newest version stands in a catalog: what the file system lists is not the table.
	    {"catalogManaged", READER, 0, 0, NONE},
	    {"catalogOwned-preview", READER, 0, 0, NONE},
	    {"coordinatedCommits-preview", WRITER_ONLY, 0, 0, NONE},
	    // The table has moved: its log tells where, not what.
	    {"redirectReaderWriter-preview", READER, 0, 0, NONE},
	    {"redirectWriterOnly-preview", WRITER_ONLY, 0, 0, READ_ONLY},
	    {"adaptiveMetadata", READER, 0, 0, NONE},
	    {"adaptiveMetadata-preview", READER, 0, 0, NONE},
	    {"geospatial", READER, 0, 0, NONE},
	    {"geospatial-preview", READER, 0, 0, NONE},
	    {"collations", WRITER_ONLY, 0, 0, READ_ONLY},
	    {"collations-preview", WRITER_ONLY, 0, 0, READ_ONLY},
	    {"timestampNanos", READER, 0, 0, NONE},
	    {"intervalTypes", READER, 0, 0, NONE},
	};
	return features;
}

const TableFeature *FindTableFeature(std::string_view name) {
	for (auto &feature : TableFeatures()) {
		if (feature.name == name) {
			return &feature;
		}
	}
	return nullptr;
}

} // namespace merganser
