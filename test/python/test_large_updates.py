"""Statements that update many rows, on a Merganser table and on DuckDB's own in lock step.

New values are compared with the files' while rows still arrive, some row groups at a time, first in the columns that
tell most (src/engine/write/arriving_changes.hpp): that takes more rows than test_differential.py has. Seeds decide
which rows and columns change, in which order the rows of a source come, and how the table is laid out.
"""

import os
import random
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake

ROUNDS = int(os.environ.get("MERGANSER_DIFFERENTIAL_ROUNDS", "3"))
REPLAYED = os.environ.get("MERGANSER_DIFFERENTIAL_SEED")
SEEDS = [int(REPLAYED)] if REPLAYED else range(ROUNDS)
STATEMENTS = 6
ROWS = 150_000
#: Column -> another value of it, from a row of the table.
COLUMNS = {"a": "(a + 1) % 100", "b": "b || '+'", "c": "CASE WHEN k % 3 = 0 THEN NULL ELSE k * 1.25 END", "d": "d + 1",
           "e": "{'x': k, 'y': 'y' || k % 50}", "p": "'p' || (k + 1) % 3"}
#: How changed rows are written -> table properties; bytes from which on a file is patched.
WAYS = {"copy": ("false", 1 << 30), "bytes": ("false", 0), "vectors": ("true", 1 << 30),
        "vectors and bytes": ("true", 0)}


class Statements:
    """Makes statements of one seed; {t} stands for the table."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.number = 0

    def rows(self) -> str:
        """Few or most of the rows, everywhere or in one part of the table."""
        share = self.random.choice([3, 10, 50, 95])
        begin = self.random.choice([0, 0, self.random.randrange(ROWS)])
        return f"hash(k + {self.random.randrange(1000)}) % 100 < {share} AND k >= {begin}"

    def change(self, columns: list[str], row: str = "") -> str:
        """Values for the columns: all, some or none of the rows become others."""
        changed = self.random.sample(columns, min(len(columns), self.random.choice([0, 1, 1, 2, len(COLUMNS)])))
        changes_row = self.random.choice(["true", "true", f"hash(k) % 4 > {self.random.randrange(4)}"])
        values = {column: f"if({changes_row}, {COLUMNS[column]}, {column})" if column in changed else column
                  for column in columns}
        return ", ".join(f"{row}{column} = {value}" if not row else f"{value} AS {column}"
                         for column, value in values.items())

    def source(self) -> str:
        """Rows of the whole table's columns, in the order of the table or in none."""
        values = self.change(list(COLUMNS), "u.")
        order = self.random.choice(["", "ORDER BY hash(k)"])
        return f"(SELECT k, {values} FROM {{t}} WHERE {self.rows()} {order})"

    def next(self) -> str:
        kind = self.random.choice(["update", "update", "from", "merge", "merge", "sync", "upsert"])
        columns = self.random.sample(list(COLUMNS), self.random.choice([1, 3, len(COLUMNS)]))
        if kind == "update":
            return f"UPDATE {{t}} SET {self.change(columns)} WHERE {self.rows()}"
        if kind == "from":
            sets = ", ".join(f"{column} = u.{column}" for column in columns)
            return f"UPDATE {{t}} AS t SET {sets} FROM {self.source()} AS u WHERE t.k = u.k"
        # A key of another type is not left out of what UPDATE SET * sets: no column has to be read.
        key = self.random.choice(["t.k = u.k", "t.k::DOUBLE = u.k::DOUBLE"])
        matched = self.random.choice(["WHEN MATCHED THEN UPDATE SET *",
                                      "WHEN MATCHED AND u.k % 2 = 0 THEN UPDATE SET a = u.a, b = u.b "
                                      "WHEN MATCHED AND u.k % 7 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET c = u.c"])
        source = self.source()
        if kind == "upsert":
            self.number += 1
            source = (f"(SELECT * REPLACE (if(hash(k) % 10 = 0, k + {self.number * 10 * ROWS}, k) AS k) "
                      f"FROM {source} WHERE k < {ROWS})")
        end = {"merge": "", "sync": "WHEN NOT MATCHED BY SOURCE THEN DELETE",
               "upsert": "WHEN NOT MATCHED THEN INSERT *"}[kind]
        return f"MERGE INTO {{t}} AS t USING {source} AS u ON {key} {matched} {end}"


def own(statement: str) -> str:
    """The same as DuckDB spells it."""
    return statement.replace("UPDATE SET *", "UPDATE").replace("INSERT *", "INSERT")


def differing(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("""SELECT count(*) FROM (
        (FROM own.t EXCEPT ALL FROM lake.t) UNION ALL (FROM lake.t EXCEPT ALL FROM own.t))""").fetchall()[0][0]


@pytest.fixture
def both(extension: Path, tmp_path: Path, request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    """The same rows in lake.t and own.t, in several files of several row groups."""
    way, layout = request.param
    vectors, patched_bytes = WAYS[way]
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("ATTACH ':memory:' AS own")
    connection.execute("SET threads = 2")
    connection.execute(f"SET merganser_byte_copy_min_file_size = {patched_bytes}")
    connection.execute("SET merganser_row_group_size = 20480")
    connection.execute("""CREATE TABLE own.t AS SELECT i AS k, (i % 100)::INTEGER AS a, 'b' || i % 1000 AS b,
        i / 8.0 AS c, DATE '2024-01-01' + (i % 500)::INTEGER AS d, {'x': i, 'y': 'y' || i % 50} AS e,
        'p' || i % 3 AS p FROM range(?) r(i)""", [ROWS])
    connection.execute(f"""CREATE TABLE lake.t {layout} WITH ('delta.enableDeletionVectors' = '{vectors}')
        AS FROM own.t WHERE k < {ROWS // 2}""")
    connection.execute(f"INSERT INTO lake.t FROM own.t WHERE k >= {ROWS // 2} ORDER BY k")
    yield connection
    connection.close()


LAYOUTS = [(way, "") for way in WAYS] + [("vectors", "PARTITIONED BY (p)"), ("bytes", "PARTITIONED BY (p)")]


@pytest.mark.parametrize("both", LAYOUTS, ids=[" ".join(layout).strip() for layout in LAYOUTS], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_lock_step(both: duckdb.DuckDBPyConnection, seed: int) -> None:
    statements = Statements(seed)
    done = []
    for _ in range(STATEMENTS):
        statement = statements.next()
        done.append(statement)
        answers = [both.execute(sql).fetchall() for sql in (own(statement.replace("{t}", "own.t")),
                                                            statement.replace("{t}", "lake.t"))]
        assert answers[0] == answers[1], f"seed {seed}\n" + ";\n".join(done)
        assert differing(both) == 0, f"seed {seed}\n" + ";\n".join(done)


@pytest.mark.parametrize("both", [("vectors", ""), ("bytes", "")], ids=["vectors", "bytes"], indirect=True)
def test_a_refused_value_changes_nothing(both: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Files are written before the last row has come; it is the last one that the constraint refuses."""
    both.execute("ALTER TABLE lake.t SET ('delta.constraints.small' = 'a < 1000')")
    files = sorted((tmp_path / "lake/main/t").glob("*.parquet"))
    with pytest.raises(duckdb.ConstraintException, match="small"):
        both.execute(f"UPDATE lake.t SET a = if(k = {ROWS - 1}, 1000, a + 1), b = b || '!', c = c + 1, d = d + 1 "
                     "WHERE k % 2 = 1")
    assert differing(both) == 0
    assert sorted((tmp_path / "lake/main/t").glob("*.parquet")) == files


@pytest.mark.parametrize("both", [("vectors", ""), ("bytes", "")], ids=["vectors", "bytes"], indirect=True)
def test_a_row_changed_twice_changes_nothing(both: duckdb.DuckDBPyConnection) -> None:
    source = f"(SELECT * REPLACE (a + 1 AS a) FROM own.t UNION ALL FROM own.t WHERE k = {ROWS - 1})"
    with pytest.raises(duckdb.InvalidInputException, match=f"k = {ROWS - 1}"):
        both.execute(f"MERGE INTO lake.t AS t USING {source} AS u ON t.k = u.k WHEN MATCHED THEN UPDATE SET *")
    assert differing(both) == 0


@pytest.mark.parametrize("both", [("vectors", "")], ids=["vectors"], indirect=True)
def test_update_from_takes_one_of_many(both: duckdb.DuckDBPyConnection) -> None:
    """Each row is updated once, whichever source row does it and whichever thread brings it."""
    source = f"(SELECT k % {ROWS} AS k, k AS a FROM range({2 * ROWS}) r(k))"
    both.execute("ALTER TABLE lake.t ALTER a TYPE BIGINT")
    count = both.execute(f"UPDATE lake.t AS t SET a = u.a, b = 'once', c = 0, d = DATE '2000-01-01' "
                         f"FROM {source} AS u WHERE t.k = u.k").fetchall()
    assert count == [(ROWS,)]
    assert both.execute(f"SELECT count(*), count(DISTINCT k), count_if(a % {ROWS} = k), count_if(b = 'once') "
                        "FROM lake.t").fetchall() == [(ROWS,) * 4]
