#include "log/clone_marker.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/uri.hpp"

namespace merganser {

namespace {

constexpr const char *MARKER_FOLDER = "_merganser_clones";
constexpr const char *ORIGIN_FOLDER = "_merganser_origins";
constexpr const char *CLONE_KEY = "clone";
constexpr const char *SOURCE_KEY = "source";
constexpr const char *SOURCE_VERSION_KEY = "sourceVersion";
constexpr const char *MARKERS_KEY = "markers";

std::vector<ObjectInfo> ListNotes(const TableLocation &table, const char *folder) {
	auto notes = table.store->List(JoinPath(table.LogFolder(), folder), ListDepth::SHALLOW);
	std::erase_if(notes, [](const ObjectInfo &object) { return object.is_folder || !object.path.ends_with(".json"); });
	return notes;
}

std::string NotePath(const TableLocation &table, const char *folder, const std::string &uuid) {
	return JoinPath(JoinPath(table.LogFolder(), folder), uuid + ".json");
}

} // namespace

std::string CloneMarkerFolder(const TableLocation &table) {
	return JoinPath(table.LogFolder(), MARKER_FOLDER);
}

std::vector<ObjectInfo> ListCloneMarkers(const TableLocation &table) {
	return ListNotes(table, MARKER_FOLDER);
}

CloneMarker ReadCloneMarker(ObjectStore &store, const ObjectInfo &object) {
	const auto json = ParseJson(GetObject(store, object.path), object.path);
	const auto root = json.Root();
	return {object.path, std::string(root.GetString(CLONE_KEY)), std::string(root.GetString(SOURCE_KEY)),
	        root.GetInt(SOURCE_VERSION_KEY), object.modified_ms};
}

std::string CloneMarkerPath(const TableLocation &table, const std::string &uuid) {
	return NotePath(table, MARKER_FOLDER, uuid);
}

void WriteCloneMarker(ObjectStore &store, const CloneMarker &marker) {
	JsonWriter json;
	json.StartObject().Key(CLONE_KEY).String(marker.clone_root).Key(SOURCE_KEY).String(marker.source_root);
	json.Key(SOURCE_VERSION_KEY).Int(marker.source_version).EndObject();
	PutNote(store, {marker.path, json.Take()});
}

LogNote MakeCloneOrigin(const TableLocation &clone, const std::string &uuid, const std::vector<std::string> &markers) {
	JsonWriter json;
	json.StartObject().Key(MARKERS_KEY).Strings(markers).EndObject();
	return {NotePath(clone, ORIGIN_FOLDER, uuid), json.Take()};
}

void PutNote(ObjectStore &store, const LogNote &note) {
	switch (store.PutIfAbsent(note.path, note.text)) {
	case PutOutcome::WRITTEN:
		return;
	case PutOutcome::EXISTS:
	case PutOutcome::UNKNOWN:
		// Its name is new: what is there is ours, or a part of what the next look tells.
		if (store.TryGet(note.path) != note.text) {
			throw Error(ErrorKind::IO, "cannot write '" + note.path + "': the store did not say that it is there");
		}
	}
}

CloneOrigins ReadCloneOrigins(const TableLocation &clone) {
	CloneOrigins origins;
	for (const auto &object : ListNotes(clone, ORIGIN_FOLDER)) {
		const auto json = ParseJson(GetObject(*clone.store, object.path), object.path);
		for (const auto marker : json.Root().Get(MARKERS_KEY).Elements()) {
			origins.markers.emplace_back(marker.AsString());
		}
		origins.notes.push_back(object.path);
	}
	return origins;
}

} // namespace merganser
