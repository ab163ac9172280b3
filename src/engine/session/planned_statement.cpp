#include "engine/session/planned_statement.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/client_data.hpp"
#include "duckdb/main/prepared_statement_data.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/execute_statement.hpp"
#include "duckdb/parser/statement/explain_statement.hpp"
#include "duckdb/parser/statement/prepare_statement.hpp"

#include <string>
#include <utility>

namespace merganser {

namespace {

using StatementPtr = duckdb::unique_ptr<duckdb::SQLStatement>;

std::string TextOf(duckdb::ClientContext &context, duckdb::optional_ptr<duckdb::SQLStatement> planned) {
	if (planned && !planned->query.empty()) {
		return planned->query;
	}
	// While a client only prepares there is a transaction, but no query in it whose text could be asked for.
	auto &transaction = context.transaction;
	const bool is_running =
	    transaction.HasActiveTransaction() && transaction.GetActiveQuery() != duckdb::MAXIMUM_QUERY_ID;
	return is_running ? context.GetCurrentQuery() : std::string();
}

StatementPtr PreparedAs(duckdb::ClientContext &context, const std::string &name) {
	const auto &prepared = duckdb::ClientData::Get(context).prepared_statements;
	const auto found = prepared.find(name);
	const bool is_known = found != prepared.end() && found->second->unbound_statement;
	return is_known ? found->second->unbound_statement->Copy() : nullptr;
}

} // namespace

StatementPtr ParsePlannedStatement(duckdb::ClientContext &context, duckdb::optional_ptr<duckdb::SQLStatement> planned,
                                   bool keep_explain) {
	const auto text = TextOf(context, planned);
	if (text.empty()) {
		return nullptr;
	}
	duckdb::Parser parser(context.GetParserOptions());
	parser.ParseQuery(text);
	if (parser.statements.size() != 1) {
		return nullptr;
	}
	auto statement = std::move(parser.statements[0]);
	while (statement) {
		switch (statement->type) {
		case duckdb::StatementType::PREPARE_STATEMENT:
			statement = std::move(statement->Cast<duckdb::PrepareStatement>().statement);
			break;
		case duckdb::StatementType::EXECUTE_STATEMENT:
			statement = PreparedAs(context, statement->Cast<duckdb::ExecuteStatement>().name);
			break;
		case duckdb::StatementType::EXPLAIN_STATEMENT:
			if (keep_explain) {
				return statement;
			}
			statement = std::move(statement->Cast<duckdb::ExplainStatement>().stmt);
			break;
		default:
			return statement;
		}
	}
	return nullptr;
}

} // namespace merganser
