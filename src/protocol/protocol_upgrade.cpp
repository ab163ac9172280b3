#include "protocol/protocol_upgrade.hpp"

#include "protocol/table_features.hpp"

#include <algorithm>
#include <set>

namespace merganser {

static constexpr int32_t READER_WITH_FEATURES = 3;
static constexpr int32_t WRITER_WITH_FEATURES = 7;

//! The features that a protocol has, listed or implied by its legacy version.
static void CollectFeatures(const Protocol &protocol, std::set<std::string> &reader, std::set<std::string> &writer) {
	for (auto &feature : TableFeatures()) {
		bool implied_reader = feature.legacy_reader_version > 0 && protocol.min_reader_version < READER_WITH_FEATURES &&
		                      protocol.min_reader_version >= feature.legacy_reader_version;
		// A reader feature is there where both versions imply it: writer version 6 alone has no column mapping.
		bool implied_writer = feature.legacy_writer_version > 0 && protocol.min_writer_version < WRITER_WITH_FEATURES &&
		                      protocol.min_writer_version >= feature.legacy_writer_version &&
		                      (!feature.is_reader_feature || implied_reader);
		if (feature.is_reader_feature && implied_reader) {
			reader.insert(std::string(feature.name));
		}
		if (implied_writer) {
			writer.insert(std::string(feature.name));
		}
	}
	if (protocol.reader_features) {
		reader.insert(protocol.reader_features->begin(), protocol.reader_features->end());
	}
	if (protocol.writer_features) {
		writer.insert(protocol.writer_features->begin(), protocol.writer_features->end());
	}
}

Protocol CombineProtocols(const Protocol &left, const Protocol &right) {
	Protocol result;
	result.min_reader_version = std::max(left.min_reader_version, right.min_reader_version);
	result.min_writer_version = std::max(left.min_writer_version, right.min_writer_version);
	std::set<std::string> reader;
	std::set<std::string> writer;
	CollectFeatures(left, reader, writer);
	CollectFeatures(right, reader, writer);
	if (result.min_reader_version >= READER_WITH_FEATURES) {
		result.reader_features = std::vector<std::string>(reader.begin(), reader.end());
	}
	if (result.min_writer_version >= WRITER_WITH_FEATURES) {
		result.writer_features = std::vector<std::string>(writer.begin(), writer.end());
	}
	return result;
}

static std::set<std::string> AsSet(const std::optional<std::vector<std::string>> &features) {
	return features ? std::set<std::string>(features->begin(), features->end()) : std::set<std::string>();
}

bool operator==(const Protocol &left, const Protocol &right) {
	return left.min_reader_version == right.min_reader_version && left.min_writer_version == right.min_writer_version &&
	       AsSet(left.reader_features) == AsSet(right.reader_features) &&
	       AsSet(left.writer_features) == AsSet(right.writer_features);
}

} // namespace merganser
