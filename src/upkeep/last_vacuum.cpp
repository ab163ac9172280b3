#include "upkeep/last_vacuum.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "base/uri.hpp"

#include <string>

namespace merganser {

namespace {

//! delta-spark's names.
constexpr const char *FILE_NAME = "_last_vacuum_info";
constexpr const char *VERSION_KEY = "latestCommitVersionOutsideOfRetentionWindow";
//! What is larger is not this file.
constexpr size_t BYTES_MAX = 1 << 20;

std::string PathIn(const TableLocation &location) {
	return JoinPath(location.LogFolder(), FILE_NAME);
}

} // namespace

std::optional<int64_t> TimeOfLastVacuum(const TableLocation &location) {
	const auto info = location.store->Head(PathIn(location));
	return info ? std::optional(info->modified_ms) : std::nullopt;
}

std::optional<int64_t> TryReadLastVacuum(const TableLocation &location, int64_t newest) {
	const auto path = PathIn(location);
	const auto text = location.store->TryGet(path);
	if (!text || text->size() > BYTES_MAX) {
		return std::nullopt;
	}
	try {
		const auto document = ParseJson(*text, path);
		const auto version = document.Root().FindInt(VERSION_KEY);
		return version && *version >= 0 && *version <= newest ? version : std::nullopt;
	} catch (const Error &) {
		return std::nullopt;
	}
}

void WriteLastVacuum(const TableLocation &location, int64_t version) {
	JsonWriter json;
	json.StartObject().Key(VERSION_KEY).Int(version).EndObject();
	location.store->Put(PathIn(location), json.Text() + "\n");
}

} // namespace merganser
