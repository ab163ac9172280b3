#include "engine/functions/alter_statement.hpp"

#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/catalog_exception.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/functions/plain_statement.hpp"
#include "engine/functions/statement_reader.hpp"
#include "engine/functions/table_argument.hpp"
#include "protocol/clustering.hpp"
#include "protocol/table_properties.hpp"

#include <optional>
#include <utility>

namespace merganser {

namespace {

std::string Quoted(const std::string &name, char quote) {
	return duckdb::KeywordHelper::WriteQuoted(name, quote);
}

//! Adds or takes away a CHECK constraint: a property of the table.
class ConstraintStatement : public PlainStatement {
public:
	struct Change {
		//! As a query names it.
		std::string table;
		//! In lower case, as Spark stores it.
		std::string name;
		bool is_added = false;
		bool table_may_be_missing = false;
		bool may_be_missing = false;
	};

	ConstraintStatement(std::string text, Change change_p)
	    : PlainStatement(std::move(text)), change(std::move(change_p)) {
	}

	duckdb::BoundStatement Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const override {
		const auto is_there = IsThere(context);
		if (is_there && *is_there && change.is_added) {
			throw duckdb::BinderException(
			    "table \"%s\" has a CHECK constraint %s already: DROP CONSTRAINT takes it away", change.table,
			    change.name);
		}
		if (is_there && !*is_there && !change.is_added && !change.may_be_missing) {
			throw duckdb::BinderException(
			    "table \"%s\" has no CHECK constraint %s: duckdb_constraints() shows those it has", change.table,
			    change.name);
		}
		return PlainStatement::Bind(context, binder);
	}

private:
	//! nullopt where there is no such table.
	std::optional<bool> IsThere(duckdb::ClientContext &context) const {
		try {
			const auto table = ResolveTable(context, "ALTER TABLE", duckdb::Value(change.table));
			return FindProperty(table.snapshot->configuration->GetMetadata().configuration,
			                    std::string(CONSTRAINT_PREFIX) + change.name) != nullptr;
		} catch (const duckdb::CatalogException &) {
			if (!change.table_may_be_missing) {
				throw;
			}
			return std::nullopt;
		}
	}

	const Change change;
};

class AlterStatementReader : public StatementReader {
public:
	using StatementReader::StatementReader;

	duckdb::shared_ptr<LateStatement> Read() {
		if (!IsWord(1, "TABLE")) {
			return nullptr;
		}
		std::string statement;
		ConstraintStatement::Change change;
		Pass(statement);
		Pass(statement);
		if (IsWord(0, "IF") && IsWord(1, "EXISTS")) {
			change.table_may_be_missing = true;
			Pass(statement);
			Pass(statement);
		}
		while (!IsAltered()) {
			const bool is_name = Next().kind == Token::Kind::WORD || Next().kind == Token::Kind::NAME;
			if (!is_name && !IsSymbol('.')) {
				return nullptr;
			}
			if (IsWord(0, "SYNC") && IsWord(1, "IDENTITY")) {
				throw Error(ErrorKind::UNSUPPORTED, "ALTER TABLE … SYNC IDENTITY is not supported in this version: "
				                                    "values that statements gave by themselves do not move the numbers "
				                                    "of an identity column");
			}
			change.table += is_name ? duckdb::KeywordHelper::WriteOptionallyQuoted(Next().text) : ".";
			Pass(statement);
		}
		if (!IsClustering()) {
			return ReadConstraint(std::move(statement), std::move(change));
		}
		spelling = "ALTER TABLE table CLUSTER BY (column, …), or … CLUSTER BY NONE";
		Take();
		Expect("BY");
		const auto columns = TakeWord("NONE") ? std::string() : ColumnList();
		ExpectEnd();
		return duckdb::make_shared_ptr<PlainStatement>(statement + " SET (" +
		                                               Quoted(std::string(CLUSTER_BY_PROPERTY), '\'') + " = " +
		                                               Quoted(columns, '\'') + ")");
	}

private:
	//! What is altered begins here. Keys are none of ours.
	bool IsAltered() const {
		const bool is_check = IsWord(0, "ADD") && IsWord(1, "CONSTRAINT") && IsWord(3, "CHECK");
		return IsClustering() || is_check || (IsWord(0, "DROP") && IsWord(1, "CONSTRAINT"));
	}

	//! A table can have that name.
	bool IsClustering() const {
		return IsWord(0, "CLUSTER") && IsWord(1, "BY");
	}

	duckdb::shared_ptr<LateStatement> ReadConstraint(std::string statement, ConstraintStatement::Change change) {
		spelling = "ALTER TABLE table ADD CONSTRAINT name CHECK (condition), or … DROP CONSTRAINT [IF EXISTS] name";
		change.is_added = TakeWord("ADD");
		if (!change.is_added) {
			Expect("DROP");
		}
		Expect("CONSTRAINT");
		if (!change.is_added && TakeWord("IF")) {
			Expect("EXISTS");
			change.may_be_missing = true;
		}
		change.name = duckdb::StringUtil::Lower(Name());
		const auto property = Quoted(std::string(CONSTRAINT_PREFIX) + change.name, '\'');
		if (change.is_added) {
			Expect("CHECK");
			statement += " SET (" + property + " = " + Quoted(Bracketed(), '\'') + ")";
		} else {
			statement += " RESET (" + property + ")";
		}
		ExpectEnd();
		return duckdb::make_shared_ptr<ConstraintStatement>(std::move(statement), std::move(change));
	}

	//! What stands in brackets, as it was written.
	std::string Bracketed() {
		if (!IsSymbol('(')) {
			Fail();
		}
		const auto begin = Take().end;
		auto end = begin;
		for (size_t open = 1; open > 0;) {
			if (Next().kind == Token::Kind::END) {
				Fail();
			}
			open += IsSymbol('(');
			open -= IsSymbol(')');
			end = Take().begin;
		}
		return text.substr(begin, end - begin);
	}

	void ExpectEnd() const {
		if (Next().kind != Token::Kind::END) {
			Fail();
		}
	}
};

} // namespace

duckdb::shared_ptr<LateStatement> ParseAlterStatement(const std::string &text, std::vector<Token> tokens) {
	return AlterStatementReader(text, std::move(tokens)).Read();
}

} // namespace merganser
