"""INSERT … REPLACE WHERE beside other writers, and over files that it has no need to read."""

from pathlib import Path

import duckdb
import pytest

from contested_lake import ContestedLake


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> ContestedLake:
    lake = ContestedLake(extension, tmp_path / "lake")
    lake.connection.execute("""
        CREATE TABLE lake.t PARTITIONED BY (p) AS SELECT i::INTEGER % 2 AS p, i::INTEGER AS id FROM range(6) r(i)""")
    return lake


def test_an_append_to_another_partition_is_no_conflict(lake: ContestedLake) -> None:
    lake.interfere("INSERT INTO lake.t VALUES (1, 90)")
    lake.connection.execute("INSERT INTO lake.t REPLACE WHERE p = 0 SELECT 0, 10 * lose(1)")
    assert lake.calls == 1
    assert lake.rows() == [(0, 10), (1, 1), (1, 3), (1, 5), (1, 90)]


def test_it_is_run_again_after_an_append_to_the_same_partition(lake: ContestedLake) -> None:
    lake.interfere("INSERT INTO lake.t VALUES (0, 90)")
    count = lake.connection.execute("""
        INSERT INTO lake.t REPLACE WHERE p = 0 SELECT p, id + lose(1) FROM lake.t WHERE p = 0""").fetchone()
    assert count == (4,)
    assert lake.calls > 1
    assert lake.rows() == [(0, 1), (0, 3), (0, 5), (0, 91), (1, 1), (1, 3), (1, 5)]


def test_rows_of_a_whole_partition_go_unread(lake: ContestedLake) -> None:
    for file in (lake.folder / "main" / "t" / "p=0").glob("*.parquet"):
        file.write_bytes(b"not Parquet")
    lake.connection.execute("INSERT INTO lake.t REPLACE WHERE p = 0 VALUES (0, 7)")
    assert lake.rows() == [(0, 7), (1, 1), (1, 3), (1, 5)]
    with pytest.raises(duckdb.Error):
        # Here rows have to be looked at.
        for file in (lake.folder / "main" / "t" / "p=1").glob("*.parquet"):
            file.write_bytes(b"not Parquet")
        lake.connection.execute("INSERT INTO lake.t REPLACE WHERE p = 1 AND id = 3 VALUES (1, 3)")


def test_a_relation_of_the_client_can_be_inserted(lake: ContestedLake) -> None:
    rows = lake.connection.sql("SELECT 0 AS p, 8 AS id")
    lake.connection.execute("INSERT INTO lake.t BY NAME REPLACE WHERE p = 0 FROM rows")
    assert lake.rows() == [(0, 8), (1, 1), (1, 3), (1, 5)]
    assert rows is not None
