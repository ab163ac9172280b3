#include "engine/functions/spark_statement.hpp"

#include "base/error.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/common/types/interval.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/functions/statement_reader.hpp"

#include <charconv>
#include <utility>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

class SparkStatement : public StatementReader {
public:
	using StatementReader::StatementReader;

	std::optional<FunctionCall> Parse() {
		if (TakeWord("OPTIMIZE")) {
			spelling = "OPTIMIZE table [WHERE condition] [ZORDER BY (column, …)]";
			return Optimize();
		}
		if (TakeWord("VACUUM")) {
			spelling = "VACUUM table [LITE | FULL] [RETAIN n HOURS] [DRY RUN]";
			return Vacuum();
		}
		if (TakeWord("RESTORE")) {
			spelling = "RESTORE TABLE table TO VERSION AS OF n, or … TO TIMESTAMP AS OF '2026-01-31 12:00:00'";
			return Restore();
		}
		if (IsWord(0, "CONVERT") && IsWord(1, "TO")) {
			spelling = "CONVERT TO DELTA parquet.`folder` [PARTITIONED BY (column type, …)]";
			return Convert();
		}
		if (IsClone()) {
			spelling = "CREATE TABLE [IF NOT EXISTS] table SHALLOW CLONE source [VERSION AS OF n | TIMESTAMP AS OF "
			           "'2026-01-31 12:00:00']";
			return Clone();
		}
		if (!TakeWord("DESCRIBE") && !TakeWord("DESC")) {
			return std::nullopt;
		}
		if (TakeWord("HISTORY")) {
			spelling = "DESCRIBE HISTORY table [LIMIT n]";
			return History();
		}
		if (TakeWord("DETAIL")) {
			spelling = "DESCRIBE DETAIL table";
			FunctionCall call {"merganser_detail", {Table()}, {}};
			return Finish(std::move(call));
		}
		return std::nullopt;
	}

private:
	FunctionCall Optimize() {
		FunctionCall call {"merganser_optimize", {Table()}, {}};
		if (TakeWord("WHERE")) {
			call.named["where"] = Value(ConditionText());
		}
		if (TakeWord("ZORDER")) {
			Expect("BY");
			call.named["cluster_by"] = Columns();
		}
		return Finish(std::move(call));
	}

	FunctionCall Vacuum() {
		FunctionCall call {"merganser_vacuum", {Table()}, {}};
		if (TakeWord("LITE")) {
			call.named["lite"] = Value::BOOLEAN(true);
		} else {
			TakeWord("FULL");
		}
		if (TakeWord("RETAIN")) {
			const auto hours = Number();
			if (!TakeWord("HOURS") && !TakeWord("HOUR")) {
				Fail();
			}
			if (hours > INT64_MAX / duckdb::Interval::MICROS_PER_HOUR) {
				Fail();
			}
			call.named["retain"] = Value::INTERVAL(0, 0, hours * duckdb::Interval::MICROS_PER_HOUR);
		}
		if (TakeWord("DRY")) {
			Expect("RUN");
			call.named["dry_run"] = Value::BOOLEAN(true);
		}
		return Finish(std::move(call));
	}

	FunctionCall Restore() {
		TakeWord("TABLE");
		FunctionCall call {"merganser_restore", {Table()}, {}};
		Expect("TO");
		TakeVersion(call);
		return Finish(std::move(call));
	}

	//! CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [SHALLOW | DEEP] CLONE: none of DuckDB's statements.
	bool IsClone() const {
		size_t at = 1;
		if (!IsWord(0, "CREATE")) {
			return false;
		}
		at += IsWord(at, "OR") ? 2 : 0;
		if (!IsWord(at, "TABLE")) {
			return false;
		}
		at++;
		at += IsWord(at, "IF") && IsWord(at + 1, "NOT") ? 3 : 0;
		at++;
		while (IsSymbol(at, '.')) {
			at += 2;
		}
		return IsWord(at, "CLONE") || IsWord(at + 1, "CLONE");
	}

	FunctionCall Clone() {
		Expect("CREATE");
		if (IsWord(0, "OR")) {
			Fail();
		}
		Expect("TABLE");
		FunctionCall call {"merganser_clone", {}, {}};
		if (TakeWord("IF")) {
			Expect("NOT");
			Expect("EXISTS");
			call.named["if_not_exists"] = Value::BOOLEAN(true);
		}
		auto target = Table();
		Expect("SHALLOW");
		Expect("CLONE");
		call.arguments = {Table(), std::move(target)};
		if (Next().kind != Token::Kind::END) {
			TakeVersion(call);
		}
		return Finish(std::move(call));
	}

	//! VERSION AS OF n | TIMESTAMP AS OF 'text'
	void TakeVersion(FunctionCall &call) {
		const bool by_version = TakeWord("VERSION");
		if (!by_version) {
			Expect("TIMESTAMP");
		}
		Expect("AS");
		Expect("OF");
		if (by_version) {
			call.named["version"] = Value::BIGINT(Number());
		} else if (Next().kind == Token::Kind::TEXT) {
			call.named["timestamp"] = Value(Take().text);
		} else {
			Fail();
		}
	}

	FunctionCall History() {
		FunctionCall call {"merganser_history", {Table()}, {}};
		if (TakeWord("LIMIT")) {
			call.named["max_versions"] = Value::BIGINT(Number());
		}
		return Finish(std::move(call));
	}

	FunctionCall Convert() {
		Expect("CONVERT");
		Expect("TO");
		Expect("DELTA");
		Expect("PARQUET");
		if (!TakeSymbol('.') || (Next().kind != Token::Kind::NAME && Next().kind != Token::Kind::TEXT)) {
			Fail();
		}
		FunctionCall call {"merganser_convert", {Value(Take().text)}, {}};
		if (TakeWord("PARTITIONED")) {
			Expect("BY");
			call.named["partitioned_by"] = ColumnsWithTypes();
		}
		return Finish(std::move(call));
	}

	Value ColumnsWithTypes() {
		if (!TakeSymbol('(')) {
			Fail();
		}
		duckdb::vector<Value> columns;
		duckdb::vector<Value> types;
		do {
			columns.emplace_back(Name());
			std::string type = Name();
			if (TakeSymbol('(')) {
				type += "(" + Take().text + (TakeSymbol(',') ? "," + Take().text : "") + ")";
				if (!TakeSymbol(')')) {
					Fail();
				}
			}
			types.emplace_back(std::move(type));
		} while (TakeSymbol(','));
		if (!TakeSymbol(')')) {
			Fail();
		}
		return Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(columns), std::move(types));
	}

	//! As the functions take it: quoted parts, or a folder.
	Value Table() {
		const auto parts = Names();
		if (parts.size() == 2 && duckdb::StringUtil::CIEquals(parts[0], "delta") &&
		    parts[1].find('/') != std::string::npos) {
			return Value(parts[1]);
		}
		std::string name;
		for (const auto &part : parts) {
			name += (name.empty() ? "" : ".") + duckdb::KeywordHelper::WriteOptionallyQuoted(part);
		}
		return Value(name);
	}

	//! Up to ZORDER BY or the end, as it was written.
	std::string ConditionText() {
		const auto begin = Next().begin;
		auto end = begin;
		while (Next().kind != Token::Kind::END && !(IsWord(0, "ZORDER") && IsWord(1, "BY"))) {
			end = Take().end;
		}
		if (begin == end) {
			Fail();
		}
		return text.substr(begin, end - begin);
	}

	Value Columns() {
		const bool in_brackets = TakeSymbol('(');
		duckdb::vector<Value> columns;
		do {
			columns.emplace_back(Name());
		} while (TakeSymbol(','));
		if (in_brackets && !TakeSymbol(')')) {
			Fail();
		}
		return Value::LIST(LogicalType::VARCHAR, std::move(columns));
	}

	int64_t Number() {
		const auto token = Take();
		int64_t number = 0;
		const auto *end = token.text.data() + token.text.size();
		const auto result = std::from_chars(token.text.data(), end, number);
		if (token.kind != Token::Kind::WORD || result.ec != std::errc() || result.ptr != end) {
			Fail();
		}
		return number;
	}

	FunctionCall Finish(FunctionCall call) {
		if (Next().kind != Token::Kind::END) {
			Fail();
		}
		return call;
	}
};

} // namespace

std::optional<FunctionCall> ParseSparkStatement(const std::string &text) {
	auto tokens = SplitStatement(text);
	return tokens ? SparkStatement(text, std::move(*tokens)).Parse() : std::nullopt;
}

} // namespace merganser
