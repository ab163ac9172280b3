"""ALTER TABLE … ADD | DROP CONSTRAINT and identity columns: they pass DuckDB's grammar and are refused behind it,
unless a setting lets ours look first."""

from pathlib import Path

import duckdb
import pytest

from lakes import open_lake

PROPERTIES = """SELECT key, value
                FROM (SELECT unnest(map_entries(properties), recursive := true) FROM merganser_detail('lake.t'))
                WHERE key LIKE 'delta.constraints.%' ORDER BY ALL"""


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("SET allow_parser_override_extension = 'fallback'")
    connection.execute("CREATE TABLE lake.t AS SELECT range AS i, range % 3 AS k FROM range(10)")
    return connection


def refused(connection: duckdb.DuckDBPyConnection, statement: str) -> str:
    with pytest.raises(duckdb.Error) as raised:
        connection.execute(statement)
    return str(raised.value)


def test_constraints_come_and_go(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("ALTER TABLE lake.t ADD CONSTRAINT Small CHECK (i < 100 AND (k + 1) * 2 > 0)")
    lake.execute("""alter table lake.t add constraint `text` check (`k` <> 7 AND "a;)" <> 'b')""")
    assert lake.execute(PROPERTIES).fetchall() == [
        ("delta.constraints.small", "i < 100 AND (k + 1) * 2 > 0"),
        ("delta.constraints.text", "`k` <> 7 AND \"a;)\" <> 'b'")]
    assert "CHECK constraint small" in refused(lake, "INSERT INTO lake.t VALUES (100, 1)")
    lake.execute("ALTER TABLE lake.t DROP CONSTRAINT small")
    lake.execute("INSERT INTO lake.t VALUES (100, 1)")
    operations = lake.execute("SELECT operation FROM merganser_history('lake.t') ORDER BY version").fetchall()
    assert [row[0] for row in operations] == ["CREATE TABLE AS SELECT", "ADD CONSTRAINT", "ADD CONSTRAINT",
                                              "DROP CONSTRAINT", "WRITE"]


@pytest.mark.parametrize("statement, message", [
    ("ALTER TABLE lake.t ADD CONSTRAINT SMALL CHECK (i < 1000)", 'table "lake.t" has a CHECK constraint small already'),
    ("ALTER TABLE lake.t ADD CONSTRAINT other CHECK (i < 5)", "for example i = 5"),
    ("ALTER TABLE lake.t ADD CONSTRAINT other CHECK i < 5", 'syntax error at or near "i": ALTER TABLE'),
    ("ALTER TABLE lake.t ADD CONSTRAINT other CHECK (i < 5", "syntax error at or near the end"),
    ("ALTER TABLE lake.t ADD CONSTRAINT other CHECK (i < 50) NOT VALID", 'syntax error at or near "NOT"'),
    ("ALTER TABLE lake.t DROP CONSTRAINT other", 'table "lake.t" has no CHECK constraint other'),
    ("ALTER TABLE lake.missing ADD CONSTRAINT c CHECK (i > 0)", 'no table "lake.missing"'),
    ("ALTER TABLE plain ADD CONSTRAINT c CHECK (i > 0)", '"plain" is not a Merganser table'),
    ("CREATE TABLE plain2 (id BIGINT GENERATED ALWAYS AS IDENTITY)", "holds no Delta tables"),
])
def test_what_goes_wrong_changes_nothing(lake: duckdb.DuckDBPyConnection, statement: str, message: str) -> None:
    lake.execute("CREATE TABLE plain (i INTEGER)")
    lake.execute("ALTER TABLE lake.t ADD CONSTRAINT small CHECK (i < 100)")
    assert message in refused(lake, statement)
    assert lake.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (1,)


def test_names_that_are_words_of_the_statement(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute('CREATE TABLE lake.cluster ("check" INTEGER)')
    lake.execute("ALTER TABLE lake.cluster ADD CONSTRAINT drop CHECK (`check` > 0)")
    assert "CHECK constraint drop" in refused(lake, "INSERT INTO lake.cluster VALUES (0)")
    lake.execute("ALTER TABLE lake.cluster DROP CONSTRAINT drop")
    lake.execute("INSERT INTO lake.cluster VALUES (0)")


def test_what_may_be_missing(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("ALTER TABLE lake.t DROP CONSTRAINT IF EXISTS other")
    lake.execute("ALTER TABLE IF EXISTS lake.missing ADD CONSTRAINT c CHECK (i > 0)")
    assert lake.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (0,)


def test_identity_columns(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("CREATE TABLE lake.numbered (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2), "
                 "v INTEGER)")
    lake.execute("INSERT INTO lake.numbered (v) VALUES (1), (2)")
    assert lake.execute("FROM lake.numbered ORDER BY id").fetchall() == [(5, 1), (7, 2)]


def test_other_statements_are_duckdbs(lake: duckdb.DuckDBPyConnection) -> None:
    # Beside one of ours, and prepared.
    statements = ["SELECT 'a;b' AS identity", "ALTER TABLE lake.t ADD CONSTRAINT c CHECK (i >= 0)",
                  "SELECT count(*) FROM lake.t WHERE i > ?"]
    parsed = lake.extract_statements("; ".join(statements) + ";")
    assert [statement.query.strip() for statement in parsed] == statements
    assert lake.execute(parsed[0]).fetchall() == [("a;b",)]
    lake.execute(parsed[1])
    assert lake.execute(parsed[2], [4]).fetchall() == [(5,)]
    assert lake.execute(PROPERTIES).fetchall() == [("delta.constraints.c", "i >= 0")]
    lake.execute("CREATE TABLE checked (i INTEGER, CONSTRAINT c CHECK (i > 0))")
    lake.execute("ALTER TABLE checked ADD CONSTRAINT k PRIMARY KEY (i)")
    assert "CHECK constraint failed" in refused(lake, "INSERT INTO checked VALUES (0)")
    assert "syntax error" in refused(lake, "SELECT 'constraint' FRM t")


def test_without_the_setting(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("RESET allow_parser_override_extension")
    message = refused(lake, "ALTER TABLE lake.t ADD CONSTRAINT c CHECK (i > 0)")
    assert "No support for that ALTER TABLE option yet" in message
