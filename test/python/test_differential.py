"""Random statements on a Merganser table and on DuckDB's own in lock step: equal counts, rows and refusals.

MERGANSER_DIFFERENTIAL_SEED replays one seed, MERGANSER_DIFFERENTIAL_ROUNDS runs more of them.
"""

import os
import random
from pathlib import Path

import duckdb
import pytest

STATEMENTS = 25
ROUNDS = int(os.environ.get("MERGANSER_DIFFERENTIAL_ROUNDS", "6"))
REPLAYED = os.environ.get("MERGANSER_DIFFERENTIAL_SEED")
SEEDS = [int(REPLAYED)] if REPLAYED else range(ROUNDS)


def values(choice: random.Random) -> str:
    """A source whose keys are distinct, so that no target row is matched twice; one of them may be NULL."""
    keys = choice.sample(range(30), choice.randint(0, 8))
    rows = [f"({key}, {choice.choice(['NULL', '0', '7', str(key)])}, 'p{key % 3}')" for key in keys]
    rows += ["(NULL, 1, NULL)"] * choice.randint(0, 1)
    nothing = "" if rows else " WHERE false"
    return f"(SELECT * FROM (VALUES {', '.join(rows or ['(0, 0, NULL)'])}) AS r(k, v, p){nothing}) AS u(k, v, p)"


def statement(choice: random.Random) -> str:
    source, key = values(choice), choice.randrange(30)
    matched = choice.choice(["WHEN MATCHED AND t.v > 3 THEN DELETE WHEN MATCHED THEN UPDATE SET v = u.v",
                             "WHEN MATCHED THEN DELETE", "WHEN MATCHED THEN UPDATE SET v = u.v, p = u.p", ""])
    missing = choice.choice(["WHEN NOT MATCHED THEN INSERT VALUES (u.k, u.v, u.p)",
                             "WHEN NOT MATCHED BY SOURCE AND t.k > 20 THEN DELETE"])
    return choice.choice([
        f"INSERT INTO {{t}} SELECT k, v, p FROM {source}",
        f"INSERT INTO {{t}} SELECT k, v, p FROM {{t}} WHERE k = {key}",
        f"UPDATE {{t}} SET v = coalesce(v, 0) + 1 WHERE k > {key}",
        f"UPDATE {{t}} AS t SET v = u.v, p = u.p FROM {source} WHERE t.k = u.k",
        f"DELETE FROM {{t}} WHERE k = {key} OR v IS NULL",
        f"DELETE FROM {{t}} AS t USING {source} WHERE t.k = u.k",
        f"MERGE INTO {{t}} AS t USING {source} ON t.k = u.k {matched} {missing}",
        f"MERGE INTO {{t}} AS t USING {source} ON t.k = u.k {matched} {missing}",
    ])


@pytest.mark.parametrize("vectors", ["false", "true"])
@pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"])
@pytest.mark.parametrize("seed", SEEDS)
def test_lock_step(extension: Path, tmp_path: Path, seed: int, layout: str, vectors: str) -> None:
    choice = random.Random(seed)
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{tmp_path}/lake' AS lake (TYPE merganser)")
    connection.execute("ATTACH ':memory:' AS own")
    columns = "(k INTEGER, v INTEGER, p VARCHAR)"
    connection.execute(f"CREATE TABLE lake.t {columns} {layout} WITH ('delta.enableDeletionVectors' = '{vectors}')")
    connection.execute(f"CREATE TABLE own.t {columns}")
    done = []
    for _ in range(STATEMENTS):
        sql = statement(choice)
        rolled_back = choice.random() < 0.2
        answers = []
        for table in ("own.t", "lake.t"):
            connection.execute("BEGIN") if rolled_back else None
            try:
                answers.append(connection.execute(sql.format(t=table)).fetchall())
            except duckdb.Error as error:
                answers.append(type(error).__name__)
            connection.execute("ROLLBACK") if rolled_back else None
        done.append(sql)
        rows = [connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in ("own.t", "lake.t")]
        assert answers[0] == answers[1], f"seed {seed}: {answers}\n" + ";\n".join(done)
        assert rows[0] == rows[1], f"seed {seed}\n" + ";\n".join(done)
    connection.close()
