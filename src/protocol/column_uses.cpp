#include "protocol/column_uses.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace merganser {

namespace {

constexpr std::string_view STATISTICS_COLUMNS_PROPERTY = "delta.dataSkippingStatsColumns";

bool IsWordByte(char c) {
	auto byte = static_cast<unsigned char>(c);
	return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

[[noreturn]] void ThrowUsed(const TableConfiguration &table, const ColumnPath &path, const std::string &user,
                            const std::string &next_step) {
	throw Error(ErrorKind::INVALID_INPUT,
	            AlterMessage(table) + "column \"" + PathText(path) + "\" is used by " + user + ". " + next_step);
}

bool BeginsWith(const ColumnPath &path, const ColumnPath &head) {
	return head.size() <= path.size() &&
	       std::equal(head.begin(), head.end(), path.begin(),
	                  [](const std::string &left, const std::string &right) { return SameName(left, right); });
}

//! As ParseColumnList reads it.
std::string ColumnListText(const std::vector<ColumnPath> &columns) {
	std::string text;
	for (auto &column : columns) {
		text += text.empty() ? "" : ",";
		for (size_t i = 0; i < column.size(); i++) {
			bool is_plain = std::all_of(column[i].begin(), column[i].end(), IsWordByte);
			text += i == 0 ? "" : ".";
			text += is_plain ? column[i] : "`" + column[i] + "`";
		}
	}
	return text;
}

//! The property as the table spells it, nullptr when it is not set.
std::string *FindValue(StringMap &configuration, std::string_view name) {
	return const_cast<std::string *>(FindProperty(configuration, name));
}

//! Logical names to physical ones; `element`, `key` and `value` stay.
ColumnPath PhysicalPathOf(const TableConfiguration &table, const ColumnPath &path) {
	ColumnPath physical;
	const std::vector<StructField> *fields = &table.GetSchema().fields;
	for (auto &name : path) {
		auto field = std::find_if(fields->begin(), fields->end(),
		                          [&](const StructField &candidate) { return SameName(candidate.name, name); });
		if (field == fields->end()) {
			// Below arrays and maps, where nothing is clustered.
			break;
		}
		physical.push_back(field->PhysicalName());
		fields = &field->type->fields;
	}
	return physical;
}

//! What stands in the way of changing a column, and what goes first.
struct ColumnUse {
	std::string user;
	std::string next_step;
};

std::optional<ColumnUse> FindExpressionUse(const TableConfiguration &table, const std::string &column) {
	for (auto &[name, expression] : table.GetMetadata().configuration) {
		if (HasNamePrefix(name, CONSTRAINT_PREFIX) && MentionsName(expression, column)) {
			return ColumnUse {"the CHECK constraint '" + name.substr(CONSTRAINT_PREFIX.size()) + "'",
			                  "Drop the constraint first"};
		}
	}
	std::optional<ColumnUse> use;
	VisitFields(table.GetSchema().fields, [&](const StructField &field) {
		auto generation = field.MetadataString("delta.generationExpression");
		if (!use && generation && (SameName(field.name, column) || MentionsName(*generation, column))) {
			use = ColumnUse {"the generated column \"" + field.name + "\"",
			                 "Make the table anew: CREATE OR REPLACE TABLE … AS SELECT … FROM it"};
		}
		auto invariant = field.MetadataString("delta.invariants");
		if (!use && invariant && (SameName(field.name, column) || MentionsName(*invariant, column))) {
			use = ColumnUse {"the invariant of column \"" + field.name + "\"",
			                 "Such columns cannot be changed in this version"};
		}
	});
	return use;
}

} // namespace

bool MentionsName(std::string_view expression, std::string_view name) {
	bool in_text = false;
	for (size_t i = 0; i < expression.size(); i++) {
		in_text ^= expression[i] == '\'';
		bool begins = i == 0 || !IsWordByte(expression[i - 1]);
		if (in_text || !begins || !SameName(expression.substr(i, name.size()), name)) {
			continue;
		}
		auto end = i + name.size();
		if (end == expression.size() || !IsWordByte(expression[end])) {
			return true;
		}
	}
	return false;
}

std::vector<std::string> SortedByColumns(const StringMap &configuration) {
	std::vector<std::string> names;
	auto *text = FindProperty(configuration, SORTED_BY_PROPERTY);
	if (!text) {
		return names;
	}
	try {
		auto document = ParseJson(*text, std::string(SORTED_BY_PROPERTY));
		for (JsonValue name : document.Root().Elements()) {
			names.emplace_back(name.AsString());
		}
	} catch (const Error &) {
		// Only the order of rows depends on it.
		names.clear();
	}
	return names;
}

void CheckIsNotInExpressions(const TableConfiguration &table, const ColumnPath &path) {
	if (auto use = FindExpressionUse(table, path.front())) {
		ThrowUsed(table, path, use->user, use->next_step);
	}
}

bool IsInExpressions(const TableConfiguration &table, const std::string &column) {
	return FindExpressionUse(table, column).has_value();
}

void CheckMayDrop(const AlteredFrom &from, const ColumnPath &path) {
	auto &table = from.table;
	CheckIsNotInExpressions(table, path);
	for (auto &partition_column : table.GetMetadata().partition_columns) {
		if (path.size() == 1 && SameName(partition_column, path[0])) {
			ThrowUsed(table, path, "PARTITIONED BY",
			          "Make the table anew without it: CREATE OR REPLACE TABLE … AS SELECT … FROM it");
		}
	}
	auto physical = PhysicalPathOf(table, path);
	for (auto &clustered : from.clustering_columns) {
		if (physical.size() == path.size() && BeginsWith(clustered, physical)) {
			ThrowUsed(table, path, "CLUSTER BY", "ALTER TABLE … CLUSTER BY (other columns), or CLUSTER BY NONE, first");
		}
	}
	for (auto &sorted : SortedByColumns(table.GetMetadata().configuration)) {
		if (path.size() == 1 && SameName(sorted, path[0])) {
			ThrowUsed(table, path, "SORTED BY", "ALTER TABLE … SET SORTED BY (other columns) or RESET SORTED BY first");
		}
	}
}

void RenameInProperties(const ColumnPath &path, const std::string &new_name, TableEdit &edit) {
	auto &configuration = edit.metadata.configuration;
	if (auto *value = FindValue(configuration, STATISTICS_COLUMNS_PROPERTY)) {
		auto columns = ParseColumnList(*value);
		bool found = false;
		for (auto &column : columns) {
			if (BeginsWith(column, path)) {
				column[path.size() - 1] = new_name;
				found = true;
			}
		}
		*value = found ? ColumnListText(columns) : *value;
	}
	if (path.size() > 1) {
		return;
	}
	if (auto *value = FindValue(configuration, SORTED_BY_PROPERTY)) {
		auto names = SortedByColumns(configuration);
		bool found = false;
		for (auto &name : names) {
			found |= SameName(name, path[0]);
			name = SameName(name, path[0]) ? new_name : name;
		}
		*value = found ? JsonWriter().Strings(names).Take() : *value;
	}
	for (auto &name : edit.metadata.partition_columns) {
		name = SameName(name, path[0]) ? new_name : name;
	}
}

void DropFromProperties(const ColumnPath &path, TableEdit &edit) {
	auto &configuration = edit.metadata.configuration;
	auto *value = FindValue(configuration, STATISTICS_COLUMNS_PROPERTY);
	if (!value) {
		return;
	}
	auto columns = ParseColumnList(*value);
	auto gone = std::erase_if(columns, [&](const ColumnPath &column) { return BeginsWith(column, path); });
	if (gone > 0 && columns.empty()) {
		EraseProperty(configuration, STATISTICS_COLUMNS_PROPERTY);
	} else if (gone > 0) {
		*value = ColumnListText(columns);
	}
}

} // namespace merganser
