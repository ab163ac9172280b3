"""Shallow clones on a disk, with VACUUM of the source at work, and with folders that are not there."""

import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake

ROUNDS = 25
NOW = "retain => INTERVAL 0 SECONDS"


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> Path:
    """lake.source in `lake`, an empty folder `tests` beside it."""
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute("CREATE TABLE lake.source AS SELECT range AS id FROM range(10)")
    connection.close()
    return tmp_path / "lake"


def open_both(extension: Path, lake: Path) -> duckdb.DuckDBPyConnection:
    connection = open_lake(extension, lake)
    connection.execute(f"ATTACH '{lake.parent / 'tests'}' AS tests (TYPE merganser)")
    connection.execute("SET merganser_vacuum_retention_check = false")
    return connection


def markers(lake: Path) -> list[Path]:
    return list((lake / "main/source/_delta_log/_merganser_clones").glob("*.json"))


def make_old(path: Path, days: int) -> None:
    then = time.time() - days * 24 * 60 * 60
    os.utime(path, (then, then))


def test_a_folder_that_was_removed_counts_for_a_while(extension: Path, lake: Path) -> None:
    connection = open_both(extension, lake)
    connection.execute("CREATE TABLE tests.copy SHALLOW CLONE lake.source")
    connection.execute("DELETE FROM lake.source")
    shutil.rmtree(lake.parent / "tests/main/copy")
    assert connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})").fetchone()[0] == 0
    with pytest.raises(duckdb.InvalidInputException, match="needs files of the table"):
        connection.execute("DROP TABLE lake.source")
    make_old(markers(lake)[0], 2)
    assert connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})").fetchone()[0] == 1
    assert not markers(lake)
    connection.execute("DROP TABLE lake.source")


def test_a_disk_that_is_not_mounted_stops_vacuum(extension: Path, lake: Path) -> None:
    connection = open_both(extension, lake)
    connection.execute("CREATE TABLE tests.copy SHALLOW CLONE lake.source")
    connection.execute("DELETE FROM lake.source")
    make_old(markers(lake)[0], 100)
    away = lake.parent / "away"
    (lake.parent / "tests").rename(away)
    (lake.parent / "tests").mkdir()
    with pytest.raises(duckdb.IOException, match="may need files of it, and cannot be read") as error:
        connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})")
    assert f"delete '{markers(lake)[0]}'" in str(error.value)
    (lake.parent / "tests").rmdir()
    away.rename(lake.parent / "tests")
    assert connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})").fetchone()[0] == 0
    assert open_both(extension, lake).execute("SELECT sum(id) FROM tests.copy").fetchone()[0] == 45


def test_a_clone_that_did_not_come_to_be_leaves_nothing(extension: Path, lake: Path) -> None:
    connection = open_both(extension, lake)
    blocked = lake.parent / "tests/main"
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_bytes(b"a file where a schema's folder would be")
    with pytest.raises(duckdb.Error):
        connection.execute("CREATE TABLE tests.copy SHALLOW CLONE lake.source")
    assert not markers(lake)


def test_clones_and_vacuums_at_once(extension: Path, lake: Path) -> None:
    """Versions are cloned while their files go: a clone has all of its rows, or does not come to be."""
    errors: list[Exception] = []
    done = threading.Event()

    def replace_and_vacuum() -> None:
        try:
            connection = open_both(extension, lake)
            for _ in range(ROUNDS):
                connection.execute("CREATE OR REPLACE TABLE lake.source AS SELECT range AS id FROM range(10)")
                connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})")
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            done.set()

    made: list[str] = []
    refused = 0
    thread = threading.Thread(target=replace_and_vacuum)
    thread.start()
    connection = open_both(extension, lake)
    while not done.is_set():
        newest = connection.execute("SELECT max(version) FROM merganser_history('lake.source')").fetchone()[0]
        for version in range(max(newest - 3, 0), newest + 1):
            name = f"copy_{len(made) + refused}"
            try:
                connection.execute(f"CREATE TABLE tests.{name} SHALLOW CLONE lake.source VERSION AS OF {version}")
            except duckdb.CatalogException as error:
                assert "are gone" in str(error)
                refused += 1
                continue
            made.append(name)
            if len(made) > 4:
                connection.execute(f"DROP TABLE tests.{made[-5]}")
                made[-5] = ""
    thread.join()
    if errors:
        raise errors[0]
    connection.execute(f"CALL merganser_vacuum('lake.source', {NOW})")
    kept = [name for name in made if name]
    assert kept
    for name in kept:
        assert connection.execute(f"SELECT count(*), sum(id) FROM tests.{name}").fetchone() == (10, 45), name
        connection.execute(f"DROP TABLE tests.{name}")
    assert not markers(lake)
    connection.execute("DROP TABLE lake.source")
    assert not (lake / "main/source").exists()
