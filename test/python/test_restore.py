"""merganser_restore from Python: it is committed without its rows being fetched, and loses to a concurrent write."""

from pathlib import Path

import duckdb
import pytest

from lakes import open_lake


@pytest.fixture
def folder(extension: Path, tmp_path: Path) -> Path:
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t AS SELECT range AS id FROM range(10)")
    connection.execute("DELETE FROM lake.t WHERE id > 2")
    connection.close()
    return tmp_path / "lake"


def count(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("SELECT count(*) FROM lake.t").fetchone()[0]


def test_committed_without_a_fetch(extension: Path, folder: Path) -> None:
    connection, other = open_lake(extension, folder), open_lake(extension, folder)
    connection.execute("CALL merganser_restore('lake.t', version => 0)")
    assert count(other) == 10
    connection.execute("SELECT 1")
    assert count(other) == 10


def test_prepared_it_is_run_by_execute_alone(extension: Path, folder: Path) -> None:
    connection, other = open_lake(extension, folder), open_lake(extension, folder)
    connection.execute("PREPARE back AS FROM merganser_restore('lake.t', version => 0)")
    assert count(other) == 3
    connection.execute("EXECUTE back").fetchall()
    assert count(other) == 10
    other.execute("DELETE FROM lake.t")
    connection.execute("EXECUTE back").fetchall()
    assert count(other) == 10


def test_concurrent_write_is_not_lost_in_a_transaction(extension: Path, folder: Path) -> None:
    connection, other = open_lake(extension, folder), open_lake(extension, folder)
    connection.execute("BEGIN")
    connection.execute("CALL merganser_restore('lake.t', version => 0)").fetchall()
    other.execute("INSERT INTO lake.t VALUES (100)")
    with pytest.raises(duckdb.TransactionException, match="was first"):
        connection.execute("COMMIT")
    assert count(connection) == count(other) == 4
