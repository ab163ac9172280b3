#pragma once

#include "log/table_location.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! How folders become schemas and tables.
enum class LakeLayoutKind {
	//! <root>/<schema>/<table>
	DATABASE,
	//! <root>/<table>: one schema named after the root folder.
	SCHEMA,
	//! The root is a table: one schema `main` with one table named after the root folder.
	TABLE
};

//! The folders of one attached lake. Immutable; every method asks the store.
class LakeLayout {
public:
	//! Looks at the root's children (a root without children that hold `_delta_log` is a DATABASE). `schema`: the
	//! default schema, where the user named one. `alias`: the catalog's name, for messages.
	static LakeLayout Detect(TableLocation root, std::string alias, const std::string &schema);

	LakeLayoutKind Kind() const {
		return kind;
	}
	const std::string &DefaultSchema() const {
		return default_schema;
	}
	const TableLocation &Root() const {
		return root;
	}
	//! Folder names, without hidden ones. The default schema is always in it.
	std::vector<std::string> SchemaNames() const;
	//! The spelling of an existing schema that equals `name` without regard to case.
	std::optional<std::string> FindSchema(const std::string &name) const;
	//! Folders with a `_delta_log` whose newest commit is not a drop.
	std::vector<std::string> TableNames(const std::string &schema) const;
	//! All child folders of the schema, tables or not.
	std::vector<std::string> FolderNames(const std::string &schema) const;
	bool HasTableFolder(const std::string &schema, const std::string &folder) const;
	std::string SchemaFolder(const std::string &schema) const;
	TableLocation TableAt(const std::string &schema, const std::string &table) const;

	//! Throws INVALID_INPUT with the reason when `name` cannot be a folder. `kind_of_name`: "table", "schema", "view".
	static void CheckName(const std::string &kind_of_name, const std::string &name);

private:
	LakeLayoutKind kind = LakeLayoutKind::DATABASE;
	TableLocation root;
	std::string alias;
	std::string default_schema;
};

} // namespace merganser
