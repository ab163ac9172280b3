#include "engine/functions/table_statement.hpp"

#include "duckdb/common/string_util.hpp"
#include "engine/functions/alter_statement.hpp"
#include "engine/functions/plain_statement.hpp"
#include "engine/functions/statement_reader.hpp"

#include <utility>

namespace merganser {

namespace {

class CreateStatementReader : public StatementReader {
public:
	using StatementReader::StatementReader;

	duckdb::shared_ptr<LateStatement> Read() {
		const bool creates = IsWord(0, "CREATE") && (IsWord(1, "TABLE") || (IsWord(1, "OR") && IsWord(3, "TABLE")));
		return creates ? ReadCreate() : nullptr;
	}

private:
	duckdb::shared_ptr<LateStatement> ReadCreate() {
		spelling = "CREATE TABLE table (column type, …) [USING DELTA] [CLUSTER BY (column, …)] [WITH …] [AS query]";
		std::string statement;
		std::string columns;
		bool is_sparks = false;
		while (Next().kind != Token::Kind::END && !(IsOutside() && IsWord(0, "AS"))) {
			if (IsOutside() && IsWord(0, "USING") && IsWord(1, "DELTA")) {
				Take();
				Take();
				is_sparks = true;
			} else if (IsOutside() && IsWord(0, "CLUSTER") && IsWord(1, "BY") && columns.empty()) {
				Take();
				Take();
				columns = ColumnList();
				statement += " ";
				is_sparks = true;
			} else if (IsOutside() && TakeWord("TBLPROPERTIES")) {
				statement += "WITH ";
			} else if (TakeIdentity(statement)) {
				is_sparks = true;
			} else {
				Pass(statement);
			}
		}
		while (is_sparks && Next().kind != Token::Kind::END) {
			Pass(statement);
		}
		return is_sparks ? duckdb::make_shared_ptr<PlainStatement>(std::move(statement), std::move(columns)) : nullptr;
	}

	//! GENERATED ALWAYS | BY DEFAULT AS IDENTITY [([START [WITH] n] [INCREMENT [BY] n])], as IdentityOf takes it.
	bool TakeIdentity(std::string &statement) {
		const bool is_always = IsWord(1, "ALWAYS");
		const size_t as = is_always ? 2 : 3;
		const bool has_kind = is_always || (IsWord(1, "BY") && IsWord(2, "DEFAULT"));
		if (!IsWord(0, "GENERATED") || !has_kind || !IsWord(as, "AS") || !IsWord(as + 1, "IDENTITY")) {
			return false;
		}
		spelling = "GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(START WITH n INCREMENT BY n)]";
		for (size_t i = 0; i <= as + 1; i++) {
			Take();
		}
		std::string start = "1";
		std::string step = "1";
		const bool has_options = TakeSymbol('(');
		while (has_options && !TakeSymbol(')')) {
			if (TakeWord("START")) {
				TakeWord("WITH");
				start = Number();
			} else {
				Expect("INCREMENT");
				TakeWord("BY");
				step = Number();
			}
		}
		statement += "DEFAULT identity(" + start + ", " + step + (is_always ? ", true) " : ", false) ");
		return true;
	}

	std::string Number() {
		const std::string sign = TakeSymbol('-') ? "-" : "";
		if (Next().kind != Token::Kind::WORD) {
			Fail();
		}
		return sign + Take().text;
	}
};

} // namespace

duckdb::shared_ptr<LateStatement> ParseTableStatement(const std::string &text) {
	auto tokens = SplitStatement(text);
	if (!tokens) {
		return nullptr;
	}
	if (duckdb::StringUtil::CIEquals(tokens->front().text, "ALTER")) {
		return ParseAlterStatement(text, std::move(*tokens));
	}
	return CreateStatementReader(text, std::move(*tokens)).Read();
}

} // namespace merganser
