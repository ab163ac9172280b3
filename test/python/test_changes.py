"""The change data feed under random statements: what each version tells, applied to the rows before it, gives the rows
after it, and its change files are all there are."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake
from test_differential import Statements, run

SEEDS = range(2)
STATEMENTS = 25
OLD = ("delete", "update_preimage")


def rows_of(connection: duckdb.DuckDBPyConnection, table: str = "lake.t") -> Counter:
    return Counter(repr(row) for row in connection.execute(f"FROM {table}").fetchall())


def newest(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("SELECT version FROM merganser_detail('lake.t')").fetchone()[0]


def check_changes(connection: duckdb.DuckDBPyConnection, before: Counter, version: int) -> None:
    changes = connection.execute(
        f"SELECT * EXCLUDE (_commit_timestamp) FROM table_changes('lake.t', {version}, {version})").fetchall()
    taken = Counter(repr(row[:3]) for row in changes if row[3] in OLD)
    given = Counter(repr(row[:3]) for row in changes if row[3] not in OLD)
    assert not taken - before, "rows are taken that were not there"
    assert before - taken + given == rows_of(connection)
    kinds = Counter(row[3] for row in changes)
    assert kinds["update_preimage"] == kinds["update_postimage"]
    assert all(row[4] == version for row in changes)


@pytest.mark.parametrize("vectors", ["false", "true"], ids=["copy", "vectors"])
@pytest.mark.parametrize("layout", ["", "PARTITIONED BY (p)"], ids=["plain", "partitioned"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_feed_tells_every_version(extension: Path, tmp_path: Path, seed: int, layout: str, vectors: str) -> None:
    statements = Statements(seed)
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute(f"""CREATE TABLE lake.t (k INTEGER, v {statements.type}, p VARCHAR) {layout}
        WITH ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = '{vectors}')""")
    scripts = [[sql] for sql in statements.fill()] + [statements.next() for _ in range(STATEMENTS)]
    done: list[str] = []
    for script in scripts:
        before, version = rows_of(connection), newest(connection)
        done += [*script, str(list(run(connection, script, "lake.t")))]
        try:
            if newest(connection) == version:
                assert rows_of(connection) == before
            else:
                check_changes(connection, before, version + 1)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\n" + ";\n".join(done)) from error
    told = {name for (name,) in connection.execute(
        "SELECT DISTINCT filename FROM table_changes('lake.t', 0) WHERE filename LIKE '%\\_change\\_data%' ESCAPE '\\'"
    ).fetchall()}
    written = {str(path) for path in (tmp_path / "lake/main/t").rglob("_change_data/**/*.parquet")}
    assert {Path(name).name for name in told} == {Path(name).name for name in written}
    connection.close()
