#include "txn/protocol_conflict.hpp"

#include "protocol/table_features.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace merganser {

namespace {

//! Features that a table may gain beside running writers: a commit that was prepared without them is still valid.
//! Whether it still may be written is TableConfiguration::CheckWritable's to say.
constexpr std::array<std::string_view, 16> TOLERANT_FEATURES = {
    "appendOnly",           "changeDataFeed",  "columnMapping",        "deletionVectors",
    "domainMetadata",       "icebergCompatV1", "icebergCompatV2",      "icebergCompatV3",
    "inCommitTimestamp",    "rowTracking",     "timestampNtz",         "typeWidening",
    "typeWidening-preview", "v2Checkpoint",    "v2Checkpoint-preview", "vacuumProtocolCheck"};

//! Features that a protocol action turns on, listed or implied by a legacy version.
std::set<std::string_view> FeaturesOf(const Protocol &protocol) {
	std::set<std::string_view> result;
	for (auto list : {&protocol.reader_features, &protocol.writer_features}) {
		if (*list) {
			result.insert((*list)->begin(), (*list)->end());
		}
	}
	if (protocol.writer_features) {
		return result;
	}
	for (auto &feature : TableFeatures()) {
		bool writes = feature.legacy_writer_version > 0 && feature.legacy_writer_version <= protocol.min_writer_version;
		bool reads = !feature.is_reader_feature || feature.legacy_reader_version <= protocol.min_reader_version;
		if (writes && reads) {
			result.insert(feature.name);
		}
	}
	return result;
}

} // namespace

std::optional<std::string> ProtocolConflict(const Protocol &base, const Protocol &changed) {
	auto before = FeaturesOf(base);
	auto after = FeaturesOf(changed);
	for (auto name : before) {
		if (!after.contains(name)) {
			return "it removed the table feature " + std::string(name);
		}
	}
	for (auto name : after) {
		if (!before.contains(name) &&
		    std::find(TOLERANT_FEATURES.begin(), TOLERANT_FEATURES.end(), name) == TOLERANT_FEATURES.end()) {
			return "it added the table feature " + std::string(name);
		}
	}
	if (changed.min_reader_version < base.min_reader_version || changed.min_writer_version < base.min_writer_version) {
		return "it lowered the table's protocol version";
	}
	return std::nullopt;
}

} // namespace merganser
