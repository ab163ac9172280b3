"""merganser_check on tables that were damaged behind Merganser's back."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from lakes import open_lake


@pytest.fixture
def lake(extension: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A table lake.t of three files of 50 rows; one row of the second is deleted. Its newest version is 4."""
    connection = open_lake(extension, tmp_path / "lake")
    connection.execute(
        "CREATE TABLE lake.t (id BIGINT, s VARCHAR)"
        " WITH ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '100')"
    )
    for start in (0, 100, 200):
        connection.execute(f"INSERT INTO lake.t SELECT {start} + range, 's' || range FROM range(50)")
    connection.execute("DELETE FROM lake.t WHERE id = 120")
    assert problems(connection) == []
    return connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lake/main/t"


def problems(connection: duckdb.DuckDBPyConnection, arguments: str = "") -> list[tuple[str, str, str]]:
    return connection.execute(f"FROM merganser_check('lake.t'{arguments})").fetchall()


def data_file(folder: Path, version: int) -> Path:
    """The one file that a version added."""
    actions = [json.loads(line) for line in commit(folder, version).read_text().splitlines()]
    return folder / next(action["add"]["path"] for action in actions if "add" in action)


def commit(folder: Path, version: int) -> Path:
    return folder / "_delta_log" / f"{version:020}.json"


def change_commit(folder: Path, version: int, change: Callable[[dict], None]) -> None:
    """The statistics of the file that the commit adds, changed; the time of the log file moves on."""
    path = commit(folder, version)
    actions = [json.loads(line) for line in path.read_text().splitlines()]
    for action in actions:
        if "add" in action:
            statistics = json.loads(action["add"]["stats"])
            change(statistics)
            action["add"]["stats"] = json.dumps(statistics)
    path.write_text("".join(json.dumps(action) + "\n" for action in actions))


def reopened(extension: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    return open_lake(extension, folder.parents[1])


def test_a_file_that_is_gone(lake, folder):
    path = data_file(folder, 3)
    path.unlink()
    assert problems(lake) == [("missing_file", path.name, "version 4 lists it")]
    assert problems(lake, ", footers => false") == problems(lake)


def test_a_truncated_file(lake, folder):
    path = data_file(folder, 1)
    size = path.stat().st_size
    os.truncate(path, size - 20)
    found = problems(lake)
    assert [problem for problem, _, _ in found] == ["file_size", "unreadable_file"]
    assert found[0][2] == f"it has {size - 20} bytes, the log says {size}"
    assert [problem for problem, _, _ in problems(lake, ", footers => false")] == ["file_size"]


def test_a_file_in_the_place_of_another(lake, folder):
    """The same size and type, other rows."""
    first, third = data_file(folder, 1), data_file(folder, 3)
    third.write_bytes(first.read_bytes())
    found = problems(lake)
    assert ("statistics", third.name, 'the minimum of column "id" is 0, the log says 200') in found
    assert not [path for problem, path, _ in found if problem != "file_size" and path != third.name]


@pytest.mark.parametrize(
    ("key", "value", "detail"),
    [
        ("numRecords", 51, "it has 50 rows, the log says 51"),
        ("minValues", {"id": 201, "s": "s0"}, 'the minimum of column "id" is 200, the log says 201'),
        ("maxValues", {"id": 249, "s": "s48"}, 'the maximum of column "s" is s9, the log says s48'),
        ("nullCount", {"id": 0, "s": 2}, 'column "s" has 0 NULLs, the log says 2'),
    ],
)
def test_statistics_that_are_not_those_of_the_file(extension, lake, folder, key, value, detail):
    lake.close()
    change_commit(folder, 3, lambda statistics: statistics.update({key: value}))
    found = problems(reopened(extension, folder))
    name = data_file(folder, 3).name
    assert ("row_count" if key == "numRecords" else "statistics", name, detail) in found
    # The checksum of the version knows the sum of the files' sizes only.
    assert {path for _, path, _ in found} == {name}


def test_a_deletion_vector_that_is_gone(lake, folder):
    lake.execute("DELETE FROM lake.t WHERE id % 2 = 0")
    vectors = list(folder.rglob("deletion_vector_*.bin"))
    for path in vectors:
        path.unlink()
    found = problems(lake)
    inline = lake.execute("SELECT count(*) FROM merganser_files('lake.t') WHERE num_deleted_records > 0").fetchone()[0]
    assert inline == 3
    assert {problem for problem, _, _ in found} == ({"deletion_vector"} if vectors else set())
    assert len(found) == (3 if vectors else 0)


def test_a_checkpoint_that_lost_a_file(extension, lake, folder):
    lake.execute("ALTER TABLE lake.t SET ('delta.checkpointInterval' = '1')")
    lake.execute("INSERT INTO lake.t VALUES (1, 'a')")
    assert problems(lake) == []
    lake.close()
    (checkpoint,) = (folder / "_delta_log").glob("*6.checkpoint.parquet")
    lost = data_file(folder, 3).name
    plain = duckdb.connect()
    plain.execute(f"CREATE TABLE c AS FROM '{checkpoint}' WHERE \"add\".path IS DISTINCT FROM '{lost}'")
    plain.execute(f"COPY c TO '{checkpoint}' (FORMAT parquet)")
    found = problems(reopened(extension, folder))
    assert ("checkpoint", f"_delta_log/{checkpoint.name}", f"it lacks the file {lost}") in found
    assert "checksum" in {problem for problem, _, _ in found}


def test_repair_takes_missing_files_out_of_the_log(lake, folder):
    lake.execute("DELETE FROM lake.t WHERE id = 230")
    second, third = data_file(folder, 2), data_file(folder, 3)
    second.rename(folder / "kept")
    third.unlink()
    with pytest.raises(duckdb.IOException):
        lake.execute("SELECT sum(length(s)) FROM lake.t")
    found = problems(lake, ", repair => true")
    assert sorted((problem, path) for problem, path, _ in found) == sorted(
        ("missing_file", path.name) for path in (second, third))
    assert {detail for _, _, detail in found} == {"version 5 lists it; it is no longer in the log"}
    assert problems(lake) == []
    assert lake.execute("SELECT count(*), max(id) FROM lake.t WHERE s <> ''").fetchone() == (50, 49)
    operation, metrics = lake.execute(
        "SELECT operation, operation_metrics FROM merganser_history('lake.t') ORDER BY version DESC LIMIT 1").fetchone()
    assert operation == "FSCK REPAIR TABLE"
    assert (metrics["numRemovedFiles"], metrics["numDeletedRows"]) == ("2", "98")
    # Its file came back.
    (folder / "kept").rename(second)
    lake.execute("CALL merganser_restore('lake.t', version => 2)")
    assert lake.execute("SELECT count(*) FROM lake.t WHERE s <> ''").fetchone() == (100,)


def test_repair_leaves_the_rest_alone(lake, folder):
    os.truncate(data_file(folder, 1), 100)
    assert "file_size" in {problem for problem, _, _ in problems(lake, ", repair => true")}
    assert lake.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (4,)


def test_repair_is_rolled_back(lake, folder):
    data_file(folder, 3).unlink()
    lake.execute("BEGIN")
    assert len(problems(lake, ", repair => true")) == 1
    assert problems(lake) == []
    lake.execute("ROLLBACK")
    assert [problem for problem, _, _ in problems(lake)] == ["missing_file"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CALL merganser_check('{folder}', repair => true)", "ATTACH the folder above"),
        ("CALL merganser_check('lake.t', repair => true)", "append-only"),
        ("SELECT 1 FROM merganser_check('lake.t', repair => true) JOIN range(2) ON true", ""),
    ],
)
def test_repair_is_refused(lake, folder, statement, message):
    lake.execute("ALTER TABLE lake.t SET ('delta.appendOnly' = 'true')")
    data_file(folder, 3).unlink()
    with pytest.raises(duckdb.Error) as raised:
        lake.execute(statement.format(folder=folder))
    assert message in str(raised.value)
    assert lake.execute("SELECT max(version) FROM merganser_history('lake.t')").fetchone() == (5,)


def test_repair_without_write_access(extension, lake, folder):
    data_file(folder, 3).unlink()
    lake.execute("DETACH lake")
    lake.execute(f"ATTACH '{folder.parents[1]}' AS lake (TYPE merganser, READ_ONLY)")
    with pytest.raises(duckdb.Error, match="read-only"):
        problems(lake, ", repair => true")
    assert [problem for problem, _, _ in problems(lake)] == ["missing_file"]
