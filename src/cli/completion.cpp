#include "cli/completion.hpp"

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_search_path.hpp"
#include "duckdb/main/client_data.hpp"

#include <algorithm>
#include <strings.h>

namespace merganser::cli {

namespace {

//! Where nothing has been typed yet, the names of the user's own things, if any fit; else every word that could follow.
constexpr const char *SUGGESTIONS = R"(
WITH suggestions AS (
	SELECT *, suggestion_type IN ('catalog', 'schema', 'table', 'column') AS is_name,
	       suggestion_start >= strlen($1) AS nothing_typed
	FROM sql_auto_complete($1, max_suggestion_count => 500))
SELECT suggestion, suggestion_start FROM suggestions
WHERE is_name OR NOT nothing_typed OR NOT (SELECT bool_or(is_name) FROM suggestions))";

} // namespace

Completion::Completion(duckdb::Connection &user_connection)
    : user(user_connection), own(std::make_unique<duckdb::Connection>(*user_connection.context->db)) {
	duckdb::ClientData::Get(*own->context).temporary_objects = duckdb::ClientData::Get(*user.context).temporary_objects;
}

Completion::~Completion() = default;

Completions Completion::Complete(const std::string &pending, const std::string &line) {
	Completions completions;
	try {
		own->BeginTransaction();
		auto paths = duckdb::ClientData::Get(*user.context).catalog_search_path->GetSetPaths();
		duckdb::ClientData::Get(*own->context)
		    .catalog_search_path->Set(paths, duckdb::CatalogSetPathType::SET_DIRECTLY);
		auto result = own->Query(SUGGESTIONS, duckdb::Value(pending + line));
		while (!result->HasError()) {
			auto chunk = result->Fetch();
			if (!chunk || chunk->size() == 0) {
				break;
			}
			for (duckdb::idx_t row = 0; row < chunk->size(); row++) {
				auto text = chunk->GetValue(0, row).ToString();
				const auto start = static_cast<size_t>(chunk->GetValue(1, row).GetValue<int64_t>());
				// The extension also offers similar words; at a prompt only those that continue what was typed help.
				const auto in_line = start >= pending.size() ? start - pending.size() : line.size() + 1;
				const bool continues = in_line <= line.size() &&
				                       strncasecmp(text.c_str(), line.c_str() + in_line, line.size() - in_line) == 0;
				if (!continues || (!completions.suggestions.empty() && in_line != completions.start)) {
					continue;
				}
				completions.start = in_line;
				auto &known = completions.suggestions;
				if (std::find(known.begin(), known.end(), text) == known.end()) {
					known.push_back(std::move(text));
				}
			}
		}
		own->Rollback();
	} catch (const std::exception &) {
		// No completion is better than an error in the middle of a line.
		if (own->HasActiveTransaction()) {
			own->Rollback();
		}
		completions.suggestions.clear();
	}
	return completions;
}

} // namespace merganser::cli
