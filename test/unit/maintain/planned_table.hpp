#pragma once

#include "log/snapshot.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

constexpr int64_t TARGET = 1000;

//! A table of which the test says what files it has.
class PlannedTable : public testing::Test {
protected:
	explicit PlannedTable(std::vector<std::string> partition_columns = {}) {
		Metadata metadata;
		metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
		metadata.schema_string = R"({"type":"struct","fields":[)"
		                         R"({"name":"a","type":"long","nullable":true,"metadata":{}},)"
		                         R"({"name":"p","type":"string","nullable":true,"metadata":{}},)"
		                         R"({"name":"q","type":"string","nullable":true,"metadata":{}}]})";
		metadata.partition_columns = std::move(partition_columns);
		Protocol protocol;
		protocol.min_reader_version = 3;
		protocol.min_writer_version = 7;
		protocol.reader_features = std::vector<std::string> {"deletionVectors"};
		protocol.writer_features = std::vector<std::string> {"deletionVectors"};
		auto empty = std::make_shared<Snapshot>();
		empty->location.name = "lake.s.t";
		snapshot = empty;
		Commit({protocol, metadata});
	}

	void Commit(const std::vector<Action> &actions) {
		LogFile commit;
		commit.version = snapshot->version + 1;
		snapshot = AdvanceSnapshot(snapshot, actions, commit);
	}
	static AddFile File(const std::string &path, int64_t size, const PartitionValues &values = {}) {
		AddFile file;
		file.path = path;
		file.size = size;
		file.stats = R"({"numRecords":100})";
		file.partition_values = values;
		return file;
	}
	static AddFile WithDeleted(AddFile file, int64_t deleted_rows) {
		DeletionVectorDescriptor vector;
		vector.path_or_inline_dv = "ab^-aqEH.-t@S}K{vb[*k^";
		vector.size_in_bytes = 4;
		vector.cardinality = deleted_rows;
		file.deletion_vector = vector;
		return file;
	}
	static PartitionValues At(std::optional<std::string> p, std::optional<std::string> q) {
		return {{"p", std::move(p)}, {"q", std::move(q)}};
	}

	SnapshotPtr snapshot;
};

} // namespace merganser
