#include "engine/catalog/statement_predicates.hpp"

#include "base/json_writer.hpp"
#include "duckdb/parser/statement/delete_statement.hpp"
#include "duckdb/parser/statement/merge_into_statement.hpp"
#include "duckdb/parser/statement/update_statement.hpp"
#include "engine/session/planned_statement.hpp"

#include <string>
#include <vector>

namespace merganser {

namespace {

using duckdb::MergeActionCondition;

//! A commit is read by everybody: no list of a thousand keys in it.
constexpr size_t TEXT_BYTES_MAX = 4096;

void Set(StringMap &parameters, const char *name, std::string text) {
	if (text.size() <= TEXT_BYTES_MAX) {
		parameters[name] = std::move(text);
	}
}

std::string TextOf(const duckdb::ParsedExpression *condition) {
	std::vector<std::string> texts;
	if (condition) {
		texts.push_back(condition->ToString());
	}
	return JsonWriter().Strings(texts).Take();
}

const char *NameOf(duckdb::MergeActionType type) {
	switch (type) {
	case duckdb::MergeActionType::MERGE_UPDATE:
		return "update";
	case duckdb::MergeActionType::MERGE_DELETE:
		return "delete";
	case duckdb::MergeActionType::MERGE_INSERT:
		return "insert";
	case duckdb::MergeActionType::MERGE_DO_NOTHING:
		return "do nothing";
	default:
		return "error";
	}
}

std::string ClausesOf(const duckdb::MergeIntoStatement &merge, MergeActionCondition when) {
	JsonWriter json;
	json.StartArray();
	const auto found = merge.actions.find(when);
	if (found != merge.actions.end()) {
		for (const auto &action : found->second) {
			json.StartObject();
			if (action->condition) {
				json.Key("predicate").String(action->condition->ToString());
			}
			json.Key("actionType").String(NameOf(action->action_type)).EndObject();
		}
	}
	json.EndArray();
	return json.Take();
}

//! USING (a, b) as the condition that it stands for.
std::string JoinOf(const duckdb::MergeIntoStatement &merge) {
	if (merge.join_condition) {
		return TextOf(merge.join_condition.get());
	}
	std::string columns;
	for (const auto &column : merge.using_columns) {
		columns += (columns.empty() ? "" : ", ") + column;
	}
	return JsonWriter().Strings({"USING (" + columns + ")"}).Take();
}

} // namespace

StringMap PredicatesOfPlanned(duckdb::ClientContext &context) {
	StringMap parameters;
	const auto statement = ParsePlannedStatement(context, nullptr, false);
	if (!statement) {
		return parameters;
	}
	switch (statement->type) {
	case duckdb::StatementType::DELETE_STATEMENT:
		Set(parameters, "predicate", TextOf(statement->Cast<duckdb::DeleteStatement>().condition.get()));
		break;
	case duckdb::StatementType::UPDATE_STATEMENT:
		Set(parameters, "predicate", TextOf(statement->Cast<duckdb::UpdateStatement>().set_info->condition.get()));
		break;
	case duckdb::StatementType::MERGE_INTO_STATEMENT: {
		const auto &merge = statement->Cast<duckdb::MergeIntoStatement>();
		Set(parameters, "predicate", JoinOf(merge));
		Set(parameters, "matchedPredicates", ClausesOf(merge, MergeActionCondition::WHEN_MATCHED));
		Set(parameters, "notMatchedPredicates", ClausesOf(merge, MergeActionCondition::WHEN_NOT_MATCHED_BY_TARGET));
		Set(parameters, "notMatchedBySourcePredicates",
		    ClausesOf(merge, MergeActionCondition::WHEN_NOT_MATCHED_BY_SOURCE));
		break;
	}
	default:
		break;
	}
	return parameters;
}

} // namespace merganser
