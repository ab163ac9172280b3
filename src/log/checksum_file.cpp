#include "log/checksum_file.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "log/log_file_name.hpp"
#include "protocol/action_json.hpp"

namespace merganser {

namespace {

//! `{"metaData":{…}}` without its wrapper.
std::string BodyOf(const Action &action) {
	const auto line = WriteAction(action);
	const auto begin = line.find(':') + 1;
	return line.substr(begin, line.size() - begin - 1);
}

} // namespace

std::string EncodeChecksum(const Snapshot &snapshot, const std::optional<std::string> &txn_id) {
	auto &configuration = *snapshot.configuration;
	JsonWriter json;
	json.StartObject();
	if (txn_id) {
		json.Key("txnId").String(*txn_id);
	}
	json.Key("tableSizeBytes").Int(int64_t(snapshot.files.LiveBytes()));
	json.Key("numFiles").Int(int64_t(snapshot.files.LiveCount()));
	json.Key("numMetadata").Int(1).Key("numProtocol").Int(1);
	if (configuration.InCommitTimestampsEnabled()) {
		json.Key("inCommitTimestampOpt").Int(snapshot.timestamp_ms);
	}
	json.Key("setTransactions").StartArray();
	for (auto &entry : snapshot.transactions) {
		json.Raw(BodyOf(entry.second));
	}
	json.EndArray().Key("domainMetadata").StartArray();
	for (auto &entry : snapshot.domains) {
		json.Raw(BodyOf(entry.second));
	}
	json.EndArray();
	json.Key("metadata").Raw(BodyOf(configuration.GetMetadata()));
	json.Key("protocol").Raw(BodyOf(configuration.GetProtocol()));
	json.EndObject();
	return json.Take();
}

void WriteChecksum(const Snapshot &snapshot, const std::optional<std::string> &txn_id) noexcept {
	try {
		snapshot.location.store->PutIfAbsent(ChecksumPath(snapshot.location, snapshot.version),
		                                     EncodeChecksum(snapshot, txn_id));
	} catch (const std::exception &) {
		// The commit is durable; the checksum is only of use to those who check.
		return;
	}
}

std::optional<std::string> FindChecksumMismatch(const Snapshot &snapshot) {
	const auto path = ChecksumPath(snapshot.location, snapshot.version);
	const auto text = snapshot.location.store->TryGet(path);
	if (!text) {
		return std::nullopt;
	}
	const auto document = ParseJson(*text, path);
	const auto root = document.Root();
	auto differs = [&](const char *key, uint64_t ours) -> std::optional<std::string> {
		const auto theirs = root.GetInt(key);
		if (theirs == int64_t(ours)) {
			return std::nullopt;
		}
		return path + ": " + key + " is " + std::to_string(theirs) + ", the log gives " + std::to_string(ours);
	};
	const std::pair<const char *, uint64_t> numbers[] = {{"tableSizeBytes", snapshot.files.LiveBytes()},
	                                                     {"numFiles", snapshot.files.LiveCount()},
	                                                     {"numMetadata", 1},
	                                                     {"numProtocol", 1}};
	for (auto &[key, ours] : numbers) {
		if (auto mismatch = differs(key, ours)) {
			return mismatch;
		}
	}
	auto &metadata = snapshot.configuration->GetMetadata();
	if (root.Get("metadata").GetString("id") != metadata.id ||
	    root.Get("metadata").FindString("schemaString").value_or("") != metadata.schema_string) {
		return path + ": metadata differs from the log's";
	}
	auto &protocol = snapshot.configuration->GetProtocol();
	if (root.Get("protocol").GetInt("minReaderVersion") != protocol.min_reader_version ||
	    root.Get("protocol").GetInt("minWriterVersion") != protocol.min_writer_version) {
		return path + ": protocol differs from the log's";
	}
	return std::nullopt;
}

} // namespace merganser
