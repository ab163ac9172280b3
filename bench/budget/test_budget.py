"""Store calls per statement, against budgets.json. A statement that asks the store more often than its budget fails.

One call on an object store is one request, 20 to 100 ms: this is what remote users wait for.
"""

import json
import os
import pathlib
import time

import duckdb
import pytest

BUDGETS = json.loads((pathlib.Path(__file__).parent / "budgets.json").read_text())


def connect(root: pathlib.Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{os.environ['MERGANSER_EXTENSION']}'")
    # The lake's one table has enough small files to be compacted now and then: that is no part of a statement.
    connection.execute("SET GLOBAL merganser_automatic_compaction = false")
    connection.execute("SET GLOBAL merganser_automatic_vacuum = false")
    connection.execute(f"ATTACH '{root}' AS lake (TYPE merganser)")
    return connection


def calls_of(connection: duckdb.DuckDBPyConnection, statement: str) -> dict[str, int]:
    """The calls that one statement makes, by kind, zeros left out."""
    connection.execute("CALL merganser_store_calls(reset => true)").fetchall()
    connection.execute(statement).fetchall()
    rows = connection.execute("FROM merganser_store_calls()").fetchall()
    return {call: count for store, call, count in rows if store == "file" and count}


def check(name: str, calls: dict[str, int]) -> None:
    budget = BUDGETS[name]
    over = {call: count for call, count in calls.items() if count > budget.get(call, 0)}
    assert not over, f"{name}: over budget {over}; all calls {calls}, budget {budget}"


@pytest.fixture
def lake(tmp_path: pathlib.Path) -> pathlib.Path:
    """A lake with one table of 15 versions: a checkpoint at 10 and a tail."""
    connection = connect(tmp_path)
    connection.execute("CREATE TABLE lake.t AS SELECT 1 AS i")
    for i in range(14):
        connection.execute(f"INSERT INTO lake.t VALUES ({i})")
    connection.close()
    # The folder's stamp counts only when the last change is not too young.
    time.sleep(0.2)
    return tmp_path


def test_cold_select(lake: pathlib.Path) -> None:
    check("cold_select", calls_of(connect(lake), "SELECT sum(i) FROM lake.t"))


def test_warm_select(lake: pathlib.Path) -> None:
    connection = connect(lake)
    connection.execute("SELECT sum(i) FROM lake.t").fetchall()
    calls = calls_of(connection, "SELECT max(i), count(*) FROM lake.t")
    check("warm_select", calls)
    assert sum(calls.values()) == 1, f"a warm SELECT on an unchanged table is one small call, not {calls}"


def test_insert(lake: pathlib.Path) -> None:
    connection = connect(lake)
    connection.execute("SELECT sum(i) FROM lake.t").fetchall()
    check("insert", calls_of(connection, "INSERT INTO lake.t VALUES (99)"))


def test_insert_that_makes_nothing_due(lake: pathlib.Path) -> None:
    connection = connect(lake)
    connection.execute("SET GLOBAL merganser_automatic_compaction = true")
    connection.execute("SET GLOBAL merganser_automatic_vacuum = true")
    connection.execute("SET GLOBAL merganser_automatic_maintenance_fraction = 'infinity'")
    connection.execute("CREATE TABLE lake.few AS SELECT 1 AS i")
    connection.execute("INSERT INTO lake.few VALUES (98)")
    time.sleep(0.2)
    connection.execute("SELECT sum(i) FROM lake.few").fetchall()
    check("insert", calls_of(connection, "INSERT INTO lake.few VALUES (99)"))


def test_create_table(lake: pathlib.Path) -> None:
    connection = connect(lake)
    connection.execute("SELECT sum(i) FROM lake.t").fetchall()
    check("create_table", calls_of(connection, "CREATE TABLE lake.fresh (i INTEGER)"))


def test_show_tables_opens_none(lake: pathlib.Path) -> None:
    connection = connect(lake)
    for i in range(99):
        connection.execute(f"CREATE TABLE lake.t{i} (i INTEGER)")
    connection.close()
    check("show_tables_of_100", calls_of(connect(lake), "SHOW TABLES FROM lake.main"))


CHANGES = {
    "update": "UPDATE lake.{table} SET v = v + 1 WHERE i = 7",
    "delete": "DELETE FROM lake.{table} WHERE i = 7",
    "merge": "MERGE INTO lake.{table} AS t USING (SELECT unnest([7, 5000]) AS i, 0 AS v) AS s USING (i) "
             "WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT",
    "no_change": "UPDATE lake.{table} SET v = v",
}


@pytest.mark.parametrize("vectors", ["false", "true"], ids=["copy_on_write", "deletion_vectors"])
@pytest.mark.parametrize("name", CHANGES)
def test_change(lake: pathlib.Path, name: str, vectors: str) -> None:
    connection = connect(lake)
    connection.execute(f"CREATE TABLE lake.c WITH ('delta.enableDeletionVectors' = '{vectors}') AS "
                       "SELECT i, i AS v FROM range(1000) r(i)")
    connection.execute("DELETE FROM lake.c WHERE i % 3 = 2")
    connection.execute("SELECT sum(i) FROM lake.c").fetchall()
    time.sleep(0.2)
    connection.execute("SELECT sum(i) FROM lake.c").fetchall()
    kind = "deletion_vectors" if vectors == "true" else "copy_on_write"
    check(f"{name}_{kind}", calls_of(connection, CHANGES[name].format(table="c")))
