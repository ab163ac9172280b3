#include "engine/functions/table_statement.hpp"

#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/create_statement.hpp"
#include "engine/functions/statement_reader.hpp"
#include "protocol/clustering.hpp"

#include <utility>
#include <vector>

namespace merganser {

namespace {

std::string Quoted(const std::string &name, char quote) {
	return duckdb::KeywordHelper::WriteQuoted(name, quote);
}

//! A statement of DuckDB's that says the same.
class PlainStatement : public LateStatement {
public:
	//! `created_by`: the columns of a table that is created, as ParseColumnList reads them.
	explicit PlainStatement(std::string text_p, std::string created_by_p = std::string())
	    : text(std::move(text_p)), created_by(std::move(created_by_p)) {
	}

	duckdb::BoundStatement Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const override {
		duckdb::Parser parser(context.GetParserOptions());
		parser.ParseQuery(text);
		auto &statement = *parser.statements.at(0);
		if (!created_by.empty()) {
			AddOption(statement);
		}
		return binder.Bind(statement);
	}

private:
	void AddOption(duckdb::SQLStatement &statement) const {
		auto &info = *statement.Cast<duckdb::CreateStatement>().info;
		auto &options = info.Cast<duckdb::CreateTableInfo>().options;
		const std::string name(CLUSTER_BY_PROPERTY);
		if (options.count(name) > 0) {
			throw duckdb::BinderException("CLUSTER BY and the option %s say the same: use one of them", name);
		}
		options[name] = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(created_by));
	}

	const std::string text;
	const std::string created_by;
};

class TableStatementReader : public StatementReader {
public:
	using StatementReader::StatementReader;

	duckdb::shared_ptr<LateStatement> Read() {
		if (IsWord(0, "ALTER") && IsWord(1, "TABLE")) {
			return ReadAlter();
		}
		const bool creates = IsWord(0, "CREATE") && (IsWord(1, "TABLE") || (IsWord(1, "OR") && IsWord(3, "TABLE")));
		return creates ? ReadCreate() : nullptr;
	}

private:
	duckdb::shared_ptr<LateStatement> ReadAlter() {
		std::string statement;
		Pass(statement);
		Pass(statement);
		if (IsWord(0, "IF") && IsWord(1, "EXISTS")) {
			Pass(statement);
			Pass(statement);
		}
		while (!IsWord(0, "CLUSTER")) {
			const bool is_name = Next().kind == Token::Kind::WORD || Next().kind == Token::Kind::NAME;
			if (!is_name && !IsSymbol('.')) {
				return nullptr;
			}
			if (IsWord(0, "SYNC") && IsWord(1, "IDENTITY")) {
				throw Error(ErrorKind::UNSUPPORTED, "ALTER TABLE … SYNC IDENTITY is not supported in this version: "
				                                    "values that statements gave by themselves do not move the numbers "
				                                    "of an identity column");
			}
			Pass(statement);
		}
		spelling = "ALTER TABLE table CLUSTER BY (column, …), or … CLUSTER BY NONE";
		Take();
		Expect("BY");
		const auto columns = TakeWord("NONE") ? std::string() : List();
		if (Next().kind != Token::Kind::END) {
			Fail();
		}
		return duckdb::make_shared_ptr<PlainStatement>(statement + " SET (" +
		                                               Quoted(std::string(CLUSTER_BY_PROPERTY), '\'') + " = " +
		                                               Quoted(columns, '\'') + ")");
	}

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
				columns = List();
				statement += " ";
				is_sparks = true;
			} else if (IsOutside() && TakeWord("TBLPROPERTIES")) {
				statement += "WITH ";
			} else if (!TakeIdentity(statement)) {
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

	//! As ParseColumnList reads it.
	std::string List() {
		if (!TakeSymbol('(')) {
			Fail();
		}
		std::string list;
		do {
			std::string column;
			for (const auto &name : Names()) {
				column += (column.empty() ? "`" : ".`") + name + "`";
			}
			list += (list.empty() ? "" : ",") + column;
		} while (TakeSymbol(','));
		if (!TakeSymbol(')')) {
			Fail();
		}
		return list;
	}
};

} // namespace

duckdb::shared_ptr<LateStatement> ParseTableStatement(const std::string &text) {
	auto tokens = SplitStatement(text);
	return tokens ? TableStatementReader(text, std::move(*tokens)).Read() : nullptr;
}

} // namespace merganser
