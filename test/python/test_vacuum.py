"""VACUUM and the clean-up of the log, with files whose times lie back and with other connections at work."""

import fcntl
import os
import threading
import time
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake

DAY_SECONDS = 24 * 60 * 60


def age(folder: Path, days: int, pattern: str = "**/*") -> None:
    """As if the files had been written so many days ago, in the order of their names."""
    begin = time.time() - days * DAY_SECONDS
    for number, path in enumerate(sorted(path for path in folder.glob(pattern) if path.is_file())):
        os.utime(path, (begin + number, begin + number))


def log_versions(table: Path) -> list[int]:
    return sorted(int(path.stem) for path in (table / "_delta_log").glob("*.json"))


@pytest.fixture
def table(extension: Path, tmp_path: Path) -> Path:
    """Twelve versions, a checkpoint every five, all of them forty days old."""
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.t (id INTEGER) WITH ('delta.checkpointInterval' = 5)")
    for number in range(11):
        connection.execute("INSERT INTO lake.t VALUES (?)", [number])
    connection.close()
    age(tmp_path / "lake/main/t", 40)
    return tmp_path / "lake/main/t"


def insert_until_checkpoint(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(5):
        connection.execute("INSERT INTO lake.t VALUES (?)", [100 + number])


def test_old_log_goes_after_a_checkpoint(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    insert_until_checkpoint(connection)
    # Version 11 was the newest one 30 days ago; the checkpoint in front of it is that of version 10.
    assert log_versions(table)[0] == 10
    assert connection.execute("SELECT count(*) FROM lake.t AT (VERSION => 11)").fetchone()[0] == 11
    assert connection.execute("SELECT count(*) FROM lake.t").fetchone()[0] == 16
    with pytest.raises(duckdb.CatalogException, match="was cleaned up: versions 10 to 16 are available"):
        connection.execute("FROM lake.t AT (VERSION => 9)")
    other = open_lake(extension, table.parents[1])
    assert other.execute("SELECT count(*) FROM lake.t AT (VERSION => 10)").fetchone()[0] == 10


def test_a_table_may_keep_its_log(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("ALTER TABLE lake.t SET ('delta.enableExpiredLogCleanup' = 'false')")
    insert_until_checkpoint(connection)
    assert log_versions(table)[0] == 0


def test_a_log_in_use_is_not_cleaned(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    folder = os.open(table, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_SH)
    insert_until_checkpoint(connection)
    assert log_versions(table)[0] == 0
    os.close(folder)
    insert_until_checkpoint(connection)
    assert log_versions(table)[0] == 10


def test_a_damaged_checkpoint_stops_the_clean_up_and_no_statement(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("SELECT count(*) FROM lake.t").fetchall()
    (table / "_delta_log" / f"{10:020}.checkpoint.parquet").write_bytes(b"PAR1")
    os.utime(table / "_delta_log" / f"{10:020}.checkpoint.parquet", (1, 1))
    insert_until_checkpoint(connection)
    assert log_versions(table)[0] == 0
    assert connection.execute("SELECT count(*) FROM lake.t").fetchone()[0] == 16


def test_files_that_were_removed_long_ago_go(extension: Path, table: Path) -> None:
    connection = open_lake(extension, table.parents[1])
    connection.execute("DELETE FROM lake.t WHERE id < 4")
    (table / "orphan.parquet").write_bytes(b"x")
    (table / "old-orphan.parquet").write_bytes(b"x")
    os.utime(table / "old-orphan.parquet", (1, 1))
    rows = connection.execute("SELECT path FROM merganser_vacuum('lake.t', dry_run => true)").fetchall()
    assert [row[0] for row in rows] == ["old-orphan.parquet"]
    assert connection.execute("CALL merganser_vacuum('lake.t')").fetchall()[0][0] == 1
    assert not (table / "old-orphan.parquet").exists()
    assert (table / "orphan.parquet").exists()
    # Removed a moment ago: the version before it is within the retention.
    assert connection.execute("SELECT sum(id) FROM lake.t AT (VERSION => 11)").fetchone()[0] == 55


def test_links_are_not_followed(extension: Path, table: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"x")
    os.utime(outside / "precious", (1, 1))
    (table / "folder").symlink_to(outside)
    (table / "file").symlink_to(outside / "precious")
    connection = open_lake(extension, table.parents[1])
    assert connection.execute("CALL merganser_vacuum('lake.t')").fetchall()[0][0] == 0
    assert (outside / "precious").exists()
    assert (table / "file").is_symlink()


def test_a_restore_that_comes_too_late_fails_and_changes_nothing(extension: Path, table: Path) -> None:
    connection, other = open_lake(extension, table.parents[1]), open_lake(extension, table.parents[1])
    connection.execute("DELETE FROM lake.t")
    other.execute("BEGIN")
    other.execute("CALL merganser_restore('lake.t', version => 11)").fetchall()
    connection.execute("SET merganser_vacuum_retention_check = false")
    assert connection.execute("CALL merganser_vacuum('lake.t', retain => INTERVAL 0 SECONDS)").fetchall()[0][0] == 11
    with pytest.raises(duckdb.TransactionException, match="VACUUM START|are gone"):
        other.execute("COMMIT")
    assert connection.execute("SELECT count(*) FROM lake.t").fetchone()[0] == 0


def test_writers_and_vacuums_at_once(extension: Path, table: Path) -> None:
    """VACUUM runs while two others write: no committed row is lost, nobody fails."""
    errors: list[Exception] = []
    def write(writer: int) -> None:
        try:
            connection = open_lake(extension, table.parents[1])
            for number in range(15):
                connection.execute("INSERT INTO lake.t VALUES (?)", [1000 * (writer + 1) + number])
                connection.execute("UPDATE lake.t SET id = id + 5000 WHERE id = ?", [1000 * (writer + 1) + number])
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    def vacuum() -> None:
        try:
            connection = open_lake(extension, table.parents[1])
            connection.execute("SET merganser_vacuum_retention_check = false")
            for number in range(10):
                orphan = table / f"orphan-{number}.parquet"
                orphan.write_bytes(b"x")
                os.utime(orphan, (1, 1))
                call = "CALL merganser_vacuum('lake.t', retain => INTERVAL '30 seconds')"
                assert connection.execute(call).fetchall()[0][0] == 1
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=write, args=(0,)), threading.Thread(target=write, args=(1,)),
               threading.Thread(target=vacuum)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    connection = open_lake(extension, table.parents[1])
    assert connection.execute("SELECT count(*), count(DISTINCT id) FROM lake.t").fetchone() == (41, 41)
    assert connection.execute("SELECT sum(id) FROM lake.t WHERE id < 100").fetchone()[0] == 55
