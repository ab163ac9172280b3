#include "protocol/protocol_upgrade.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace merganser {

namespace {

using Names = std::vector<std::string>;

} // namespace

TEST(CombineProtocols, ListsWhatBothVersionsImply) {
	Protocol clustered;
	clustered.min_reader_version = 1;
	clustered.min_writer_version = 7;
	clustered.writer_features = Names {"clustering", "domainMetadata"};
	Protocol numbered;
	numbered.min_reader_version = 1;
	numbered.min_writer_version = 6;
	auto combined = CombineProtocols(clustered, numbered);
	// Writer version 6 without reader version 2 has no column mapping, which readers would have to list.
	EXPECT_EQ(combined.writer_features,
	          (Names {"appendOnly", "changeDataFeed", "checkConstraints", "clustering", "domainMetadata",
	                  "generatedColumns", "identityColumns", "invariants"}));
	EXPECT_EQ(combined.min_reader_version, 1);
	EXPECT_FALSE(combined.reader_features);

	Protocol mapped = numbered;
	mapped.min_reader_version = 2;
	combined = CombineProtocols(clustered, mapped);
	EXPECT_EQ(combined.min_reader_version, 2);
	EXPECT_NE(std::find(combined.writer_features->begin(), combined.writer_features->end(), "columnMapping"),
	          combined.writer_features->end());
}

} // namespace merganser
