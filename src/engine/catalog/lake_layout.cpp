#include "engine/catalog/lake_layout.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "duckdb/common/string_util.hpp"
#include "engine/session/dropped_table.hpp"

#include <algorithm>

namespace merganser {

static constexpr const char *LOG_FOLDER = "_delta_log";
static constexpr const char *DEFAULT_DATABASE_SCHEMA = "main";
//! Longest name of a folder on the file systems in use.
static constexpr size_t NAME_BYTES_MAX = 255;

static std::vector<std::string> ChildFolders(const TableLocation &location, const std::string &folder) {
	std::vector<std::string> names;
	for (auto &object : location.store->List(folder, ListDepth::SHALLOW)) {
		auto name = std::string(FileNameOf(object.path));
		if (object.is_folder && name[0] != '_' && name[0] != '.') {
			names.push_back(std::move(name));
		}
	}
	return names;
}

static bool HoldsLog(const TableLocation &location, const std::string &folder) {
	for (auto &object : location.store->List(JoinPath(folder, LOG_FOLDER), ListDepth::SHALLOW)) {
		if (!object.is_folder) {
			return true;
		}
	}
	return false;
}

LakeLayout LakeLayout::Detect(TableLocation root, std::string alias, const std::string &schema) {
	LakeLayout layout;
	layout.root = std::move(root);
	layout.alias = std::move(alias);
	auto root_name = std::string(FileNameOf(layout.root.root));
	if (HoldsLog(layout.root, layout.root.root)) {
		layout.kind = LakeLayoutKind::TABLE;
		layout.default_schema = DEFAULT_DATABASE_SCHEMA;
		return layout;
	}
	for (auto &child : ChildFolders(layout.root, layout.root.root)) {
		if (HoldsLog(layout.root, JoinPath(layout.root.root, child))) {
			layout.kind = LakeLayoutKind::SCHEMA;
			layout.default_schema = root_name;
			return layout;
		}
	}
	layout.kind = LakeLayoutKind::DATABASE;
	layout.default_schema = schema.empty() ? DEFAULT_DATABASE_SCHEMA : schema;
	return layout;
}

std::vector<std::string> LakeLayout::SchemaNames() const {
	if (kind != LakeLayoutKind::DATABASE) {
		return {default_schema};
	}
	auto names = ChildFolders(root, root.root);
	if (std::find(names.begin(), names.end(), default_schema) == names.end()) {
		names.push_back(default_schema);
	}
	std::sort(names.begin(), names.end());
	return names;
}

std::optional<std::string> LakeLayout::FindSchema(const std::string &name) const {
	std::optional<std::string> found;
	for (auto &existing : SchemaNames()) {
		if (existing == name) {
			return existing;
		}
		if (duckdb::StringUtil::CIEquals(existing, name)) {
			found = existing;
		}
	}
	return found;
}

std::vector<std::string> LakeLayout::FolderNames(const std::string &schema) const {
	if (kind == LakeLayoutKind::TABLE) {
		return {std::string(FileNameOf(root.root))};
	}
	return ChildFolders(root, SchemaFolder(schema));
}

bool LakeLayout::HasTableFolder(const std::string &schema, const std::string &folder) const {
	return HoldsLog(root, TableAt(schema, folder).root);
}

std::vector<std::string> LakeLayout::TableNames(const std::string &schema) const {
	std::vector<std::string> names;
	for (auto &folder : FolderNames(schema)) {
		if (IsLiveTableFolder(TableAt(schema, folder))) {
			names.push_back(folder);
		}
	}
	return names;
}

std::string LakeLayout::SchemaFolder(const std::string &schema) const {
	return kind == LakeLayoutKind::DATABASE ? JoinPath(root.root, schema) : root.root;
}

TableLocation LakeLayout::TableAt(const std::string &schema, const std::string &table) const {
	TableLocation location;
	location.store = root.store;
	location.name = alias + "." + schema + "." + table;
	location.root = kind == LakeLayoutKind::TABLE ? root.root : JoinPath(SchemaFolder(schema), table);
	return location;
}

void LakeLayout::CheckName(const std::string &kind_of_name, const std::string &name) {
	std::string reason;
	if (name.empty()) {
		reason = "it is empty";
	} else if (name[0] == '_' || name[0] == '.') {
		reason = "it begins with '" + name.substr(0, 1) + "', and such folders are hidden from readers of Delta tables";
	} else if (name.find('/') != std::string::npos) {
		reason = "it contains '/', which separates folders";
	} else if (name.find('\0') != std::string::npos) {
		reason = "it contains a zero byte";
	} else if (name.size() > NAME_BYTES_MAX) {
		reason = "it is longer than " + std::to_string(NAME_BYTES_MAX) + " bytes";
	}
	if (!reason.empty()) {
		throw Error(ErrorKind::INVALID_INPUT, "\"" + name + "\" cannot be the name of a " + kind_of_name +
		                                          ": it becomes a folder, and " + reason + ". Choose another name");
	}
}

} // namespace merganser
