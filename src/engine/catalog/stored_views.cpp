#include "engine/catalog/stored_views.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/uri.hpp"
#include "duckdb/common/string_util.hpp"

namespace merganser {

static constexpr const char *VIEW_SUFFIX = ".json";

StoredViews::StoredViews(std::shared_ptr<ObjectStore> store, const std::string &schema_folder)
    : store(std::move(store)), folder(JoinPath(schema_folder, "_merganser/views")) {
}

//! Percent-encoded, so that every name is one file name.
std::string StoredViews::PathOf(const std::string &name) const {
	return JoinPath(folder, PercentEncodePath(name) + VIEW_SUFFIX);
}

std::vector<std::string> StoredViews::Names() const {
	std::vector<std::string> names;
	for (auto &object : store->List(folder, ListDepth::SHALLOW)) {
		auto file_name = std::string(FileNameOf(object.path));
		if (!object.is_folder && duckdb::StringUtil::EndsWith(file_name, VIEW_SUFFIX)) {
			names.push_back(PercentDecode(file_name.substr(0, file_name.size() - std::string(VIEW_SUFFIX).size())));
		}
	}
	return names;
}

Error DamagedView(const std::string &name, const std::string &path, const std::string &reason) {
	return Error(ErrorKind::IO, "view \"" + name + "\" cannot be read: its file '" + path + "' " + reason +
	                                ". Repair the file, or remove the view with DROP VIEW");
}

static StoredView ParseView(const std::string &name, const std::string &text, const std::string &path) {
	StoredView view;
	view.name = name;
	view.path = path;
	try {
		auto document = ParseJson(text, "its text");
		view.sql = std::string(document.Root().GetString("sql"));
		auto comment = document.Root().FindString("comment");
		if (comment) {
			view.comment = std::string(*comment);
		}
	} catch (const Error &error) {
		throw DamagedView(name, path, std::string("is not the JSON of a view (") + error.what() + ")");
	}
	return view;
}

std::optional<std::string> StoredViews::FindName(const std::string &name) const {
	std::optional<std::string> found;
	for (auto &existing : Names()) {
		if (existing == name) {
			return existing;
		}
		if (duckdb::StringUtil::CIEquals(existing, name)) {
			found = existing;
		}
	}
	return found;
}

std::optional<StoredView> StoredViews::Find(const std::string &name) const {
	auto exact = store->TryGet(PathOf(name));
	if (exact) {
		return ParseView(name, *exact, PathOf(name));
	}
	auto existing = FindName(name);
	auto text = existing ? store->TryGet(PathOf(*existing)) : std::nullopt;
	return text ? std::optional<StoredView>(ParseView(*existing, *text, PathOf(*existing))) : std::nullopt;
}

bool StoredViews::Save(const StoredView &view, bool replace) const {
	JsonWriter json;
	json.StartObject();
	json.Key("sql");
	json.String(view.sql);
	if (view.comment) {
		json.Key("comment");
		json.String(*view.comment);
	}
	json.EndObject();
	auto text = json.Take();
	if (replace) {
		store->Put(PathOf(view.name), text);
		return true;
	}
	switch (store->PutIfAbsent(PathOf(view.name), text)) {
	case PutOutcome::WRITTEN:
		return true;
	case PutOutcome::EXISTS:
		return false;
	case PutOutcome::UNKNOWN:
		throw Error(ErrorKind::IO, "the store did not answer whether the view \"" + view.name + "\" was saved (" +
		                               PathOf(view.name) + "): look whether it is there, then try again");
	}
	return false;
}

void StoredViews::Delete(const std::string &name) const {
	store->Delete(PathOf(name));
}

} // namespace merganser
