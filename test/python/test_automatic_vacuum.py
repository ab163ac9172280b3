"""VACUUM LITE, called and by itself, of tables whose files and commits lie back."""

import re
import time
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake
from test_vacuum import DAY_SECONDS, age

LOG = "_delta_log"


@pytest.fixture
def table(extension: Path, tmp_path: Path) -> Path:
    """Eight files, four of which were removed forty days ago. No commit of it has a checkpoint."""
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (id INTEGER, p INTEGER) PARTITIONED BY (p) "
                       "WITH ('delta.checkpointInterval' = 1000)")
    for number in range(8):
        connection.execute("INSERT INTO lake.t VALUES (?, ?)", [number, number % 2])
    connection.execute("DELETE FROM lake.t WHERE id < 4")
    connection.close()
    path = tmp_path / "lake/main/t"
    rewrite_times(path, 0, "createdTime")
    rewrite_times(path, 9, "deletionTimestamp")
    age(path, 40)
    return path


def rewrite_times(table: Path, version: int, key: str) -> None:
    """As if the commit had been made 41 days ago."""
    commit = table / LOG / f"{version:020}.json"
    then_ms = round((time.time() - 41 * DAY_SECONDS) * 1000)
    text, count = re.subn(rf'"{key}":\d+', f'"{key}":{then_ms}', commit.read_text())
    assert count > 0
    commit.write_text(text)


def open_automatic(extension: Path, table: Path, fraction: str = "'infinity'") -> duckdb.DuckDBPyConnection:
    connection = open_lake(extension, table.parents[1])
    connection.execute("SET GLOBAL merganser_automatic_vacuum = true")
    connection.execute(f"SET GLOBAL merganser_automatic_maintenance_fraction = {fraction}")
    return connection


def data_files(table: Path) -> set[Path]:
    return set(table.glob("p=*/*.parquet"))


def operations(connection: duckdb.DuckDBPyConnection, count: int) -> list[str]:
    rows = connection.execute("SELECT operation FROM merganser_history('lake.t', max_versions => ?) ORDER BY version",
                              [count]).fetchall()
    return [row[0] for row in rows]


def test_a_statement_deletes_what_was_removed_long_ago(extension: Path, table: Path) -> None:
    orphan = table / "p=0/orphan.parquet"
    orphan.write_bytes(b"x")
    age(table, 40, "p=0/orphan.parquet")
    connection = open_automatic(extension, table)
    assert connection.execute("INSERT INTO lake.t VALUES (8, 0)").fetchall() == [(1,)]
    assert len(data_files(table) - {orphan}) == 5
    assert orphan.exists()
    assert operations(connection, 3) == ["WRITE", "VACUUM START", "VACUUM END"]
    assert (table / LOG / "_last_vacuum_info").read_text() == '{"latestCommitVersionOutsideOfRetentionWindow":9}\n'
    assert connection.execute("SELECT sum(id) FROM lake.t").fetchall() == [(30,)]
    assert connection.execute("FROM merganser_check('lake.t')").fetchall() == []


def test_once_a_day_whoever_looks(extension: Path, table: Path) -> None:
    open_automatic(extension, table).execute("INSERT INTO lake.t VALUES (8, 0)")
    connection = open_automatic(extension, table)
    connection.execute("DELETE FROM lake.t WHERE id < 6")
    before = len(data_files(table))
    # The delete is old too, but not the note.
    rewrite_times(table, 13, "deletionTimestamp")
    age(table, 39, f"{LOG}/*.json")
    age(table, 39, "p=*/*.parquet")
    connection.execute("INSERT INTO lake.t VALUES (9, 0)")
    assert len(data_files(table)) == before + 1
    age(table, 2, f"{LOG}/_last_vacuum_info")
    open_automatic(extension, table).execute("INSERT INTO lake.t VALUES (10, 0)")
    assert len(data_files(table)) == before
    assert connection.execute("SELECT sum(id) FROM lake.t").fetchall() == [(6 + 7 + 8 + 9 + 10,)]


def test_it_is_paid_with_the_statements_own_time(extension: Path, table: Path) -> None:
    # Each statement earns twice its own time, so that a hundred are enough however fast the machine is.
    connection = open_automatic(extension, table, "2")
    old = data_files(table)
    inserts = 0
    while old <= data_files(table):
        connection.execute("INSERT INTO lake.t VALUES (100, 1)")
        inserts += 1
        assert inserts < 2000
    assert len(old - data_files(table)) == 4


def test_a_short_retention_does_not_count_while_it_is_checked(extension: Path, table: Path) -> None:
    connection = open_automatic(extension, table)
    connection.execute("SET merganser_automatic_vacuum = false")
    connection.execute("ALTER TABLE lake.t SET ('delta.deletedFileRetentionDuration' = 'interval 0 seconds')")
    connection.execute("DELETE FROM lake.t WHERE id = 7")
    connection.execute("SET merganser_automatic_vacuum = true")
    connection.execute("INSERT INTO lake.t VALUES (8, 0)")
    # The four of forty days ago, not the one of today.
    assert len(data_files(table)) == 5
    assert connection.execute("SELECT sum(id) FROM lake.t AT (VERSION => 9)").fetchall() == [(22,)]


def test_without_the_commits_nothing_is_deleted_and_nobody_is_told(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("ALTER TABLE lake.t SET ('delta.checkpointInterval' = 2)")
    connection.execute("INSERT INTO lake.t VALUES (8, 0)")
    assert list((table / LOG).glob("*.checkpoint.parquet"))
    connection.close()
    for version in range(5):
        (table / LOG / f"{version:020}.json").unlink()
    age(table, 40)
    before = data_files(table)
    connection = open_automatic(extension, table)
    connection.execute("INSERT INTO lake.t VALUES (9, 0)")
    assert before < data_files(table)
    with pytest.raises(duckdb.InvalidInputException, match="is no longer in the log.*run the full VACUUM"):
        connection.execute("CALL merganser_vacuum('lake.t', lite => true)")
    assert connection.execute("CALL merganser_vacuum('lake.t')").fetchall()[0][0] == 4
    assert connection.execute("CALL merganser_vacuum('lake.t', lite => true)").fetchall()[0][0] == 0


def test_behind_a_commit_the_time_of_the_statements_is_credit(extension: Path, table: Path) -> None:
    connection = open_automatic(extension, table)
    connection.begin()
    connection.execute("INSERT INTO lake.t VALUES (8, 0)")
    connection.execute("INSERT INTO lake.t VALUES (9, 0)")
    assert len(data_files(table)) == 10
    connection.commit()
    assert len(data_files(table)) == 6
    assert operations(connection, 3) == ["WRITE", "VACUUM START", "VACUUM END"]
    # The connection is as after any COMMIT.
    connection.begin()
    connection.execute("INSERT INTO lake.t VALUES (10, 0)")
    connection.rollback()
    assert connection.execute("SELECT sum(id) FROM lake.t").fetchall() == [(39,)]


def test_lite_deletes_nothing_behind_a_link(extension: Path, table: Path, tmp_path: Path) -> None:
    (table / "p=0").rename(tmp_path / "elsewhere")
    (table / "p=0").symlink_to(tmp_path / "elsewhere")
    connection = open_lake(extension, table.parents[1])
    assert connection.execute("SELECT sum(id) FROM lake.t").fetchall() == [(22,)]
    assert connection.execute("CALL merganser_vacuum('lake.t', lite => true)").fetchall()[0][0] == 2
    assert len(list((tmp_path / "elsewhere").iterdir())) == 4
