#include "log/last_checkpoint.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "log/log_file_name.hpp"

namespace merganser {

namespace {

//! A hint that is larger is no hint.
constexpr uint64_t HINT_BYTES_MAX = 16ull << 20;

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
		json.Key("numOfAddFiles").Int(int64_t(checkpoint.added_files)).EndObject();
		location.store->Put(LastCheckpointPath(location), json.Text());
	} catch (const Error &) {
		// The checkpoint is durable and readers find it without the hint.
		return;
	}
}

} // namespace merganser
