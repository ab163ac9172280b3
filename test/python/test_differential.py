"""Random statements on a Merganser table and on DuckDB's own in lock step: equal counts, rows and refusals.

They begin on no rows, on rows in one file or on as many files as rows: which of them, the seed decides.
MERGANSER_DIFFERENTIAL_SEED replays one seed, MERGANSER_DIFFERENTIAL_ROUNDS runs more of them (`make fuzz-sql`).
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import deltalake
import duckdb
import pytest

from lakes import open_lake

STATEMENTS = 25
CHECK_EVERY = 5
ROUNDS = int(os.environ.get("MERGANSER_DIFFERENTIAL_ROUNDS", "6"))
REPLAYED = os.environ.get("MERGANSER_DIFFERENTIAL_SEED")
SEEDS = [int(REPLAYED)] if REPLAYED else range(ROUNDS)
KEYS = 30

#: Type of the column `v`, and how to make a value of it from a number n.
TYPES = {
    "INTEGER": "n::INTEGER", "VARCHAR": "'text ' || n", "DOUBLE": "n / 4.0::DOUBLE", "DECIMAL(12, 3)": "n * 1.125",
    "DATE": "DATE '2024-02-28' + n::INTEGER", "TIMESTAMP": "TIMESTAMP '2024-02-28 23:59:59.999' + to_seconds(n)",
    "BOOLEAN": "n % 2 = 0", "BLOB": "('b' || n)::BLOB", "INTEGER[]": "[n::INTEGER, NULL]",
    "STRUCT(a INTEGER, b VARCHAR)": "{'a': n::INTEGER, 'b': CASE WHEN n % 3 > 0 THEN 's' || n END}",
    "MAP(VARCHAR, INTEGER)": "MAP {'k' || n: n::INTEGER}",
}


class Statements:
    """Makes statements of one seed; {t} stands for the table."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.type = self.random.choice(list(TYPES))

    def value(self, number: str) -> str:
        """A value of the column's type."""
        return f"(SELECT {TYPES[self.type]} FROM (SELECT {number} AS n))"

    def source(self, distinct: bool) -> str:
        """Rows of (k, v, p): none, one or several; keys may be NULL, and twice unless they have to be distinct."""
        count = self.random.choice([0, 1, 3, 8])
        pick = self.random.sample if distinct else self.random.choices
        keys = pick(range(KEYS), k=count)
        rows = [f"SELECT {key} AS k, {self.random.choice(['NULL', self.value(str(key + 1))])}::{self.type} AS v, "
                + self.random.choice(["NULL", f"'p{key % 3}'"]) + "::VARCHAR AS p" for key in keys]
        rows += [f"SELECT NULL, {self.value('7')}::{self.type}, 'p1'"] * self.random.randint(0, 1)
        nothing = f"SELECT 0 AS k, NULL::{self.type} AS v, NULL::VARCHAR AS p WHERE false"
        return "(" + " UNION ALL ".join(rows or [nothing]) + ") AS u(k, v, p)"

    def fill(self) -> list[str]:
        """The rows that the table begins with: none, all in one file, or each in a file of its own."""
        rows = [f"SELECT {key}, {self.value(str(key))}::{self.type}, 'p{key % 3}'" for key in range(KEYS)]
        inserts = [[], [" UNION ALL ".join(rows)], rows][self.random.randrange(3)]
        return [f"INSERT INTO {{t}} {row}" for row in inserts]

    def full_sync(self) -> str:
        """Most rows get another value, some of the others go."""
        kept = f"SELECT k, min(p) AS p FROM {{t}} WHERE k % 10 <> {self.random.randrange(10)} GROUP BY k"
        end = self.random.choice(["", "WHEN NOT MATCHED BY SOURCE THEN DELETE"])
        rows = f"SELECT k, {self.value('k + 1')}::{self.type} AS v, p FROM ({kept})"
        return f"MERGE INTO {{t}} AS t USING ({rows}) AS u ON t.k = u.k WHEN MATCHED THEN UPDATE SET * {end}"

    def merge(self) -> str:
        if self.random.random() < 0.15:
            return self.full_sync()
        # A key that is there twice is DuckDB's to take as it likes: ours refuses it (test/sql/merge/keys.test).
        matched = self.random.choice([
            "", "WHEN MATCHED THEN UPDATE SET *", "WHEN MATCHED THEN UPDATE BY NAME", "WHEN MATCHED THEN DELETE",
            "WHEN MATCHED AND t.p = 'p1' THEN DELETE WHEN MATCHED THEN UPDATE SET v = u.v",
            "WHEN MATCHED AND u.v IS NULL THEN DO NOTHING WHEN MATCHED THEN UPDATE SET p = u.p"])
        missing = self.random.choice([
            "WHEN NOT MATCHED THEN INSERT", "WHEN NOT MATCHED AND u.k > 10 THEN INSERT (k, p) VALUES (u.k, u.p)",
            "WHEN NOT MATCHED THEN INSERT BY NAME", "WHEN NOT MATCHED BY SOURCE AND t.k > 20 THEN DELETE",
            "WHEN NOT MATCHED THEN INSERT WHEN NOT MATCHED BY SOURCE THEN UPDATE SET p = 'left'"])
        return f"MERGE INTO {{t}} AS t USING {self.source(True)} ON t.k = u.k {matched} {missing}"

    def one(self) -> str:
        key = self.random.randrange(KEYS)
        choices = [
            f"INSERT INTO {{t}} FROM {self.source(False)}",
            f"INSERT INTO {{t}} SELECT k + 1, v, p FROM {{t}} WHERE k = {key}",
            f"UPDATE {{t}} SET v = {self.value('k')} WHERE k > {key}",
            f"UPDATE {{t}} SET p = 'p' || k % 3, k = k + 1 WHERE k = {key}",
            "UPDATE {t} SET v = v, p = p",
            f"UPDATE {{t}} AS t SET v = u.v, p = u.p FROM {self.source(True)} WHERE t.k = u.k",
            f"DELETE FROM {{t}} WHERE k = {key} OR v IS NULL",
            f"DELETE FROM {{t}} WHERE k IN (SELECT k FROM {{t}} GROUP BY k HAVING count(*) > 2)",
            f"DELETE FROM {{t}} WHERE p = 'p{key % 3}' AND k > {key}",
            f"DELETE FROM {{t}} AS t USING {self.source(False)} WHERE t.k = u.k",
        ]
        if self.random.random() < 0.03:
            return "TRUNCATE {t}"
        return self.merge() if self.random.random() < 0.35 else self.random.choice(choices)

    def next(self) -> list[str]:
        """A statement, or a transaction of some."""
        if self.random.random() < 0.75:
            return [self.one()]
        end = self.random.choice(["COMMIT", "COMMIT", "ROLLBACK"])
        return ["BEGIN", *[self.one() for _ in range(self.random.randint(1, 4))], end]


def run(connection: duckdb.DuckDBPyConnection, script: list[str], table: str) -> Iterator[object]:
    """The answers of the statements; of one that fails the error's class, and the transaction is over."""
    for sql in script:
        try:
            yield connection.execute(sql.replace("{t}", table)).fetchall()
        except duckdb.Error as error:
            yield type(error).__name__
            if script[0] == "BEGIN":
                connection.execute("ROLLBACK")
            return


def check_log(table: Path, count: int) -> None:
    """An independent reader finds as many rows in the log."""
    opened = deltalake.DeltaTable(str(table))
    read = deltalake.QueryBuilder().register("t", opened).execute("SELECT count(*) AS n FROM t").read_all()
    assert read["n"][0].as_py() == count


#: How changed rows are written -> whether the table has deletion vectors; bytes from which on a file is patched.
WAYS = {"copy": ("false", 1 << 30), "bytes": ("false", 0), "vectors": ("true", 1 << 30),
        "vectors and bytes": ("true", 0)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])
@pytest.mark.parametrize("seed", SEEDS)
def test_lock_step(extension: Path, tmp_path: Path, seed: int, layout: str, way: str) -> None:
    statements = Statements(seed)
    vectors, patched_bytes = WAYS[way]
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("ATTACH ':memory:' AS own")
    connection.execute(f"SET merganser_byte_copy_min_file_size = {patched_bytes}")
    columns = f"(k INTEGER, v {statements.type}, p VARCHAR)"
    connection.execute(f"""CREATE TABLE lake.t {columns} {layout}
        WITH ('delta.enableDeletionVectors' = '{vectors}', 'delta.checkpointInterval' = '4')""")
    connection.execute(f"CREATE TABLE own.t {columns}")
    done = statements.fill()
    for sql in done:
        connection.execute(sql.replace("{t}", "own.t"))
        connection.execute(sql.replace("{t}", "lake.t"))
    for number in range(STATEMENTS):
        script = statements.next()
        answers = [list(run(connection, script, table)) for table in ("own.t", "lake.t")]
        done += script
        rows = [connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in ("own.t", "lake.t")]
        assert answers[0] == answers[1], f"seed {seed}: {answers}\n" + ";\n".join(done)
        assert rows[0] == rows[1], f"seed {seed}\n" + ";\n".join(done)
        if number % CHECK_EVERY == 0:
            check_log(tmp_path / "lake/main/t", len(rows[0]))
    connection.close()
