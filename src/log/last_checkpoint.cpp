#include "log/last_checkpoint.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "log/log_file_name.hpp"
#include "protocol/action_json.hpp"

namespace merganser {

namespace {

//! A hint that is larger is no hint.
constexpr uint64_t HINT_BYTES_MAX = 16ull << 20;
//! More of them are left to the checkpoint itself, as Spark does.
constexpr size_t ACTIONS_MAX = 30;

void AddV2(const LastCheckpoint::V2 &v2, JsonWriter &json) {
	json.Key("v2Checkpoint").StartObject().Key("path").String(v2.path);
	json.Key("sizeInBytes").Int(int64_t(v2.size_bytes)).Key("modificationTime").Int(v2.modified_ms);
	if (v2.other_actions.size() <= ACTIONS_MAX) {
		json.Key("nonFileActions").StartArray();
		for (const auto &action : v2.other_actions) {
			json.Raw(WriteAction(action));
		}
		json.EndArray();
	}
	if (v2.sidecars.size() <= ACTIONS_MAX) {
		json.Key("sidecarFiles").StartArray();
		for (const auto &sidecar : v2.sidecars) {
			json.StartObject().Key("path").String(sidecar.path).Key("sizeInBytes").Int(sidecar.size_in_bytes);
			json.Key("modificationTime").Int(sidecar.modification_time).EndObject();
		}
		json.EndArray();
	}
	json.EndObject();
}

} // namespace

std::optional<int64_t> TryReadLastCheckpoint(const TableLocation &location) {
	const auto path = LastCheckpointPath(location);
	auto text = location.store->TryGet(path);
	if (!text || text->size() > HINT_BYTES_MAX) {
		return std::nullopt;
	}
	try {
		auto document = ParseJson(*text, path);
		const auto version = document.Root().FindInt("version");
		return version && *version >= 0 ? version : std::nullopt;
	} catch (const Error &) {
		return std::nullopt;
	}
}

void WriteLastCheckpoint(const TableLocation &location, const LastCheckpoint &checkpoint) {
	try {
		const auto known = TryReadLastCheckpoint(location);
		if (known && *known >= checkpoint.version) {
			return;
		}
		JsonWriter json;
		json.StartObject().Key("version").Int(checkpoint.version).Key("size").Int(int64_t(checkpoint.size));
		json.Key("sizeInBytes").Int(int64_t(checkpoint.size_bytes));
		json.Key("numOfAddFiles").Int(int64_t(checkpoint.added_files));
		if (checkpoint.parts) {
			json.Key("parts").Int(*checkpoint.parts);
		}
		if (checkpoint.v2) {
			AddV2(*checkpoint.v2, json);
		}
		json.EndObject();
		location.store->Put(LastCheckpointPath(location), json.Text());
	} catch (const Error &) {
		// The checkpoint is durable and readers find it without the hint.
		return;
	}
}

} // namespace merganser
